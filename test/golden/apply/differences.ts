/** Steps whose answers differ from upstream's, '<sequence> <step>', with the reason. */

export const differences: Readonly<Record<string, string>> = {
  'requests 21': "faults of YAML's syntax are in the words of another parser",
};
