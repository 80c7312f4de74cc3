<?php
/**
 * JSON interface: cmd=list and cmd=add (entries), cmd=get and cmd=set (a plain key, as the first guestbook had).
 */

declare(strict_types=1);

require 'store.php';

header('Content-Type: application/json');
header('Cache-Control: no-store');

function word(string $name): string
{
    $value = $_POST[$name] ?? $_GET[$name] ?? '';
    return is_string($value) ? $value : '';
}

try {
    $answer = match (word('cmd')) {
        'list' => ['entries' => Guestbook::entries(), 'servedBy' => gethostname()],
        'add' => (function () {
            Guestbook::add(word('text'));
            return ['message' => 'Added'];
        })(),
        'get' => ['data' => Guestbook::get(word('key'))],
        'set' => (function () {
            Guestbook::set(word('key'), word('value'));
            return ['message' => 'Updated'];
        })(),
        default => null,
    };
    if ($answer === null) {
        http_response_code(400);
        $answer = ['error' => 'cmd is list, add, get or set'];
    }
} catch (StoreUnavailable $error) {
    http_response_code(503);
    $answer = ['error' => $error->getMessage()];
}
echo json_encode($answer);
