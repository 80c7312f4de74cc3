<?php
/** The page. It works without JavaScript: the form is posted, the answer is the page again. */

declare(strict_types=1);

require 'store.php';

$problem = null;
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    try {
        Guestbook::add(is_string($_POST['text'] ?? null) ? $_POST['text'] : '');
        header('Location: ./', true, 303);
        exit;
    } catch (StoreUnavailable $error) {
        http_response_code(503);
        $problem = $error->getMessage();
    }
}
$entries = [];
try {
    $entries = Guestbook::entries();
} catch (StoreUnavailable $error) {
    $problem ??= $error->getMessage();
}
header('Cache-Control: no-store');
$escape = fn (string $text) => htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE);
?>
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Guestbook</title>
  <link rel="stylesheet" href="guestbook.css">
  <link rel="icon" href="icon.svg" type="image/svg+xml">
  <script src="guestbook.js" defer></script>
</head>
<body>
  <main>
    <header>
      <h1>Guestbook</h1>
      <p>You were here. Say so.</p>
    </header>
    <form method="post" action="./" id="form">
      <label for="text">Your words</label>
      <div class="row">
        <input id="text" name="text" maxlength="<?= Guestbook::LONGEST ?>" placeholder="hello,world" autocomplete="off" autofocus required>
        <button type="submit">Sign</button>
      </div>
    </form>
    <p class="problem" id="problem" role="alert"<?= $problem === null ? ' hidden' : '' ?>><?= $escape($problem ?? '') ?></p>
    <ol class="entries" id="entries">
<?php foreach ($entries as $entry): ?>
      <li><span class="text"><?= $escape((string) $entry['text']) ?></span><time datetime="<?= gmdate('c', (int) $entry['at']) ?>"><?= gmdate('j M, H:i', (int) $entry['at']) ?> UTC</time></li>
<?php endforeach ?>
    </ol>
    <p class="empty" id="empty"<?= $entries === [] ? '' : ' hidden' ?>>The first page is yours.</p>
    <footer>Served by <strong id="server"><?= $escape((string) gethostname()) ?></strong>; written to redis-master, read from redis-slave.</footer>
  </main>
</body>
</html>
