/** What Go's encoding/json escapes in texts beside what JSON demands: characters that HTML or JavaScript would misread. */

const character = /[<>&\u2028\u2029]/;
const characters = new RegExp(character, 'g');

/** JSON text with those escaped; outside of its texts JSON has none. */
export function escapeHtml(json: string): string {
  if (!character.test(json)) return json;
  return json.replace(characters, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
