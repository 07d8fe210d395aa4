/** Writes a value as YAML. */
import { Document, isScalar, Scalar, visit } from 'yaml';

/** A value as YAML that reads as it: a field named << is one, too. */
export function yamlText(value: unknown): string {
  // Each part is written where it stands, also one that stands in several places.
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && key.value === '<<') key.type = Scalar.QUOTE_DOUBLE;
    },
  });
  // Lines are not folded: text is easier to find, and to change, in one piece.
  return document.toString({ lineWidth: 0 });
}
