// Texts that are numbers and times in every engine: no engine's own leniency ("1e3 " here, "Infinity" there, hour 24) decides.
// Regular expressions that RE2 and Java read alike, to be matched against the whole text; the one group is the value.

const space = '[ \\t\\n\\f\\r]*';
export const integerText = `${space}([+-]?[0-9]+)(?:\\.0*)?${space}`;
export const numberText = `${space}([+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)${space}`;
export const timestampText = '([0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T](?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,6})?)?)?)';
