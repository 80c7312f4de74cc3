/** HttpsGet over node:https. */

import { request as httpsRequest } from 'node:https';
import type { HttpsGet, HttpsGetAnswer, HttpsGetRequest } from '#apiserver/authentication/https-get.ts';
import { goMessage } from './backend.ts';

/** Discovery documents and key sets are a few kilobytes. */
const maxBytes = 1 << 20;
const maxRedirects = 10;

export const nodeHttpsGet: HttpsGet = (request) => get(request, maxRedirects);

function get(request: HttpsGetRequest, redirects: number): Promise<HttpsGetAnswer> {
  return new Promise((resolve, reject) => {
    const { url, authorityPem, authorization, signal } = request;
    const sent = httpsRequest(url, {
      signal,
      agent: false,
      headers: { accept: 'application/json', ...(authorization === undefined ? {} : { authorization }) },
      ...(authorityPem === undefined ? {} : { ca: authorityPem }),
    });
    sent.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      if (status >= 300 && status < 400 && headers.location !== undefined) {
        response.destroy();
        const next = URL.parse(headers.location, url);
        if (redirects === 0 || next?.protocol !== 'https:')
          reject(new Error(`Get "${url}": redirect to ${next?.href ?? headers.location}`));
        else {
          const same = next.host === new URL(url).host;
          const again = { ...request, url: next.href, authorization: same ? authorization : undefined };
          get(again, redirects - 1).then(resolve, reject);
        }
        return;
      }
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > maxBytes) response.destroy(new Error(`Get "${url}": the answer exceeds ${maxBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on('end', () => resolve({ status, body: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    sent.on('error', (error) => reject(new Error(`Get "${url}": ${goMessage(error)}`, { cause: error })));
    sent.end();
  });
}
