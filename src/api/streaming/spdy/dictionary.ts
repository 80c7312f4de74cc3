/**
 * The zlib dictionary that both ends of a SPDY/3.1 connection start header compression with (SPDY/3 section 2.6.10.1): names and
 * values with their lengths before them, then a tail of plain text.
 */

const names =
  'options,head,post,put,delete,trace,accept,accept-charset,accept-encoding,accept-language,accept-ranges,age,' +
  'allow,authorization,cache-control,connection,content-base,content-encoding,content-language,content-length,' +
  'content-location,content-md5,content-range,content-type,date,etag,expect,expires,from,host,if-match,' +
  'if-modified-since,if-none-match,if-range,if-unmodified-since,last-modified,location,max-forwards,pragma,' +
  'proxy-authenticate,proxy-authorization,range,referer,retry-after,server,te,trailer,transfer-encoding,upgrade,' +
  'user-agent,vary,via,warning,www-authenticate,method,get,status,200 OK,version,HTTP/1.1,url,public,set-cookie,' +
  'keep-alive,origin';

const tail =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritativ' +
  'e Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 I' +
  'nternal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec' +
  ' 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xm' +
  'l,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=' +
  'iso-8859-1,utf-,*,enq=0.';

/** Adler-32 of the dictionary: how a compressed stream says that it needs it (RFC 1950). */
export const dictionaryId = 0xe3c6a7c2;

export const dictionary: Uint8Array = build();

function build(): Uint8Array {
  const words = names.split(',');
  const bytes = new Uint8Array(words.reduce((size, word) => size + 4 + word.length, 0) + tail.length);
  const view = new DataView(bytes.buffer);
  const encoder = new TextEncoder();
  let offset = 0;
  for (const word of words) {
    view.setUint32(offset, word.length);
    bytes.set(encoder.encode(word), offset + 4);
    offset += 4 + word.length;
  }
  bytes.set(encoder.encode(tail), offset);
  return bytes;
}
