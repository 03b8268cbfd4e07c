// Which columns of a file may hold personal data: no value of theirs goes into a proposal.

/** Parts of names, as `first_name`, `FirstName`, `e-mail` have them. */
const words = new Set(
  `address birth birthday birthdate born cellphone dob email firstname forename fullname gender iban lastname mail maidenname middlename
  nationality passport personal phone religion salary ssn street surname telephone username`.split(/\s+/),
);
/** `name` alone, or of somebody: not `station_name`. */
const ofPeople =
  /^name$|(^|_)(first|last|middle|full|given|family|maiden|nick|user|customer|client|patient|driver|rider|employee|owner|contact|person)_name(_|$)/;

/** Whether a name is one that columns with personal data have. A guess, to be judged. */
export function soundsPersonal(name: string): boolean {
  const plain = name
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_');
  return (
    ofPeople.test(plain) || /(^|_)(e_mail|date_of_birth)(_|$)/.test(plain) || plain.split('_').some((word) => words.has(word))
  );
}

/** What most values of a column of e-mail addresses are. */
export const mailText = '[^@\\s]+@[^@\\s]+[.][^@\\s.]+';
