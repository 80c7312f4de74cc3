/**
 * What we use of node:http. An import statement asks a built-in module for all that it exports; node:http exports WebSocket and the
 * like by getters, and those load a module (undici) and web streams: megabytes and milliseconds of every process, for nothing.
 */

const http = process.getBuiltinModule('node:http');

export const { Agent, createServer, IncomingMessage, request } = http;
