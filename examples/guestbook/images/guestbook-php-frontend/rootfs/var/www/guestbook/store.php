<?php
/**
 * The guestbook's store: writes go to the redis master, reads to a slave. Where they are is told by the service environment
 * or by DNS (GET_HOSTS_FROM=env or dns, as in every guestbook).
 */

declare(strict_types=1);

final class StoreUnavailable extends RuntimeException {}

/** A connection that speaks RESP, redis's protocol: as much of it as a guestbook needs. */
final class Redis
{
    /** @var resource */
    private $socket;

    public function __construct(private readonly string $host)
    {
        $socket = @fsockopen($host, 6379, $code, $message, 2.0);
        if ($socket === false) throw new StoreUnavailable("$host:6379 does not answer ($message)");
        stream_set_timeout($socket, 2);
        $this->socket = $socket;
    }

    public function call(string ...$words): mixed
    {
        $request = '*' . count($words) . "\r\n";
        foreach ($words as $word) $request .= '$' . strlen($word) . "\r\n$word\r\n";
        if (@fwrite($this->socket, $request) !== strlen($request)) throw new StoreUnavailable("$this->host: connection lost");
        return $this->answer();
    }

    private function answer(): mixed
    {
        $line = $this->line();
        $rest = substr($line, 1);
        switch ($line[0] ?? '') {
            case '+': return $rest;
            case ':': return (int) $rest;
            case '-': throw new StoreUnavailable("$this->host: $rest");
            case '$':
                if ($rest === '-1') return null;
                $bytes = $this->exactly((int) $rest);
                $this->line();
                return $bytes;
            case '*':
                return array_map(fn () => $this->answer(), array_fill(0, max(0, (int) $rest), null));
        }
        throw new StoreUnavailable("$this->host: not redis");
    }

    private function line(): string
    {
        $line = fgets($this->socket);
        if ($line === false) throw new StoreUnavailable("$this->host: no answer");
        return rtrim($line, "\r\n");
    }

    private function exactly(int $length): string
    {
        $bytes = $length === 0 ? '' : stream_get_contents($this->socket, $length);
        if ($bytes === false || strlen($bytes) !== $length) throw new StoreUnavailable("$this->host: answer cut off");
        return $bytes;
    }
}

final class Guestbook
{
    private const KEY = 'guestbook';
    public const LONGEST = 500;
    private const SHOWN = 100;

    /** Adds an entry, and waits a moment for the slaves, so that a reload shows it. */
    public static function add(string $text): void
    {
        $text = trim(substr($text, 0, self::LONGEST));
        if ($text === '') return;
        $master = new Redis(self::host('master'));
        $master->call('LPUSH', self::KEY, json_encode(['text' => $text, 'at' => time()], JSON_INVALID_UTF8_SUBSTITUTE));
        $master->call('LTRIM', self::KEY, '0', '999');
        $master->call('WAIT', '2', '250');
    }

    /** @return list<array{text: string, at: int}> the newest first */
    public static function entries(): array
    {
        $rows = (new Redis(self::host('slave')))->call('LRANGE', self::KEY, '0', (string) (self::SHOWN - 1));
        return array_values(array_filter(array_map(fn ($row) => json_decode($row, true), $rows)));
    }

    /** A plain key: the interface of the first guestbook (cmd=set, cmd=get). */
    public static function set(string $key, string $value): void
    {
        $master = new Redis(self::host('master'));
        $master->call('SET', "plain:$key", $value);
        $master->call('WAIT', '2', '250');
    }

    public static function get(string $key): string
    {
        return (new Redis(self::host('slave')))->call('GET', "plain:$key") ?? '';
    }

    public static function host(string $role): string
    {
        if ((getenv('GET_HOSTS_FROM') ?: 'env') === 'dns') return "redis-$role";
        $variable = 'REDIS_' . strtoupper($role) . '_SERVICE_HOST';
        $host = getenv($variable);
        if ($host === false || $host === '') {
            throw new StoreUnavailable("$variable is not set: the service redis-$role was made after this pod");
        }
        return $host;
    }
}
