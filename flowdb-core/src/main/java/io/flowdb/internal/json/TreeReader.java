package io.flowdb.internal.json;

import io.flowdb.internal.base.LittleEndian;
import io.flowdb.internal.json.KnownNames.ShortName;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the JSON text of a stored document into the tree that {@link DocumentCodec#MAPPER} would make of it.
 *
 * <p>It knows the text as the codec writes it: UTF-8 without white space. At anything else, be it unusual or wrong, it
 * gives up, and the mapper has to read the text and to say what is wrong with it. Threads: one; {@link #read} may be
 * called by any.
 */
final class TreeReader {
    /*
     * Jackson needs about 0.6 us for a document of 100 bytes, more than finding it takes. Most of that goes into what a
     * general parser cannot leave out: a parser and its buffers, characters before strings, a symbol table of its own
     * for each parser.
     */
    private static final int MAX_DEPTH = 64;
    private static final int MAX_PLAIN_DIGITS = 18;
    private static final int MAX_NUMBER_LENGTH = 100;
    private static final int MAX_EXPONENT_DIGITS = 6;
    private static final int MAX_NAME_BYTES = 64;

    private static final JsonNodeFactory NODES = DocumentCodec.MAPPER.getNodeFactory();

    private final byte[] text;
    private final int end;
    /** Names of the properties of the document that are read, the others are passed over; null for all. */
    private final @Nullable Set<String> wanted;

    private int at;

    private TreeReader(byte[] text, int from, int end, @Nullable Set<String> wanted) {
        this.text = text;
        this.at = from;
        this.end = end;
        this.wanted = wanted;
    }

    /** The tree of the text from {@code from} to {@code end}, or null if the mapper has to read it. */
    static @Nullable JsonNode read(byte[] text, int from, int end) {
        return read(text, from, end, null);
    }

    /**
     * As {@link #read(byte[], int, int)}, of an object with those of its properties that {@code wanted} names, or all
     * if it is null.
     */
    static @Nullable JsonNode read(byte[] text, int from, int end, @Nullable Set<String> wanted) {
        TreeReader reader = new TreeReader(text, from, end, wanted);
        JsonNode tree = reader.peek() == '{' ? reader.object(1) : null;
        return reader.at == end ? tree : null;
    }

    /** The next byte, or one that begins nothing. */
    private int peek() {
        return at < end ? text[at] : 0;
    }

    private boolean skip(char expected) {
        if (peek() != expected) {
            return false;
        }
        at++;
        return true;
    }

    private @Nullable JsonNode value(int depth) {
        int first = peek();
        if (first == '"') {
            String string = string();
            return string == null ? null : NODES.stringNode(string);
        }
        if (first == '-' || isDigit(first)) {
            return number();
        }
        if (first == '{') {
            return object(depth);
        }
        if (first == '[') {
            return array(depth);
        }
        if (first == 't') {
            return literal("true") ? NODES.booleanNode(true) : null;
        }
        if (first == 'f') {
            return literal("false") ? NODES.booleanNode(false) : null;
        }
        return first == 'n' && literal("null") ? NODES.nullNode() : null;
    }

    private boolean literal(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (!skip(word.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private @Nullable ObjectNode object(int depth) {
        if (depth > MAX_DEPTH) {
            return null;
        }
        at++;
        FieldMap fields = new FieldMap();
        if (!skip('}')) {
            if (!(wanted != null && depth == 1 ? someProperties(fields, wanted) : allProperties(fields, depth))
                    || !skip('}')) {
                return null;
            }
        }
        return new ObjectNode(NODES, fields);
    }

    private boolean allProperties(FieldMap fields, int depth) {
        ShortName first = peek() == '"' ? knownName() : null;
        if (first != null && Shape.isSampled()) {
            return sampledProperties(fields, depth, first);
        }
        Shape shape = first == null ? null : firstShape(first);
        while (shape != null) {
            if (!property(fields, shape, depth)) {
                return false;
            }
            if (!skip(',')) {
                return true;
            }
            shape = shape.next(text, at, end);
        }
        return otherProperties(fields, depth);
    }

    private boolean otherProperties(FieldMap fields, int depth) {
        do {
            String name = name();
            if (name == null || !skip(':') || !property(fields, name, depth)) {
                return false;
            }
        } while (skip(','));
        return true;
    }

    /** As {@link #allProperties}, and makes the object's shape known. */
    private boolean sampledProperties(FieldMap fields, int depth, ShortName first) {
        Shape shape = null; // of what has been read
        Shape next = firstShape(first);
        boolean known = true; // as far as it can be
        do {
            if (next != null) {
                if (!property(fields, next, depth)) {
                    return false;
                }
                shape = next;
            } else {
                String name = name();
                if (name == null || !skip(':') || !property(fields, name, depth)) {
                    return false;
                }
                if (shape != null) {
                    known = shape.with(name) == null;
                    shape = null; // one new shape an object: few are made of names that are keys
                }
            }
            next = shape == null ? null : shape.next(text, at + 1, end);
        } while (skip(','));
        first.sample(known);
        return true;
    }

    private boolean property(FieldMap fields, Shape shape, int depth) {
        at += shape.writtenBytes();
        JsonNode value = value(depth + 1);
        if (value == null) {
            return false;
        }
        fields.add(shape, value);
        return true;
    }

    private boolean property(FieldMap fields, String name, int depth) {
        JsonNode value = value(depth + 1);
        // A name that occurs twice is for the mapper to refuse.
        return value != null && fields.add(name, value);
    }

    /** Ends with the last of those that are wanted: what follows is not looked at. */
    private boolean someProperties(FieldMap fields, Set<String> some) {
        do {
            if (fields.size() == some.size()) {
                at = end - 1;
                return true;
            }
            String name = name();
            if (name == null || !skip(':')) {
                return false;
            }
            if (!(some.contains(name) ? property(fields, name, 1) : passOver())) {
                return false;
            }
        } while (skip(','));
        return true;
    }

    /** Goes to what follows a value of an object, without a look at what it is. */
    private boolean passOver() {
        int open = 0;
        while (at < end) {
            byte b = text[at];
            if (b == '"') {
                if (!passOverString()) {
                    return false;
                }
                continue;
            }
            if (open == 0 && (b == ',' || b == '}')) {
                return true;
            }
            if (b == '{' || b == '[') {
                open++;
            } else if (b == '}' || b == ']') {
                open--;
            }
            at++;
        }
        return false;
    }

    private boolean passOverString() {
        for (int i = at + 1; i < end; i++) {
            while (i + Long.BYTES <= end) {
                int plain = BytesInWord.plain(LittleEndian.getLong(text, i));
                i += plain;
                if (plain < Long.BYTES) {
                    break;
                }
            }
            if (i < end && text[i] == '"') {
                at = i + 1;
                return true;
            }
            if (i < end && text[i] == '\\') {
                i++;
            }
        }
        return false;
    }

    private @Nullable ArrayNode array(int depth) {
        if (depth > MAX_DEPTH) {
            return null;
        }
        at++;
        ArrayNode array = NODES.arrayNode();
        if (skip(']')) {
            return array;
        }
        do {
            JsonNode value = value(depth + 1);
            if (value == null) {
                return null;
            }
            array.add(value);
        } while (skip(','));
        return skip(']') ? array : null;
    }

    private @Nullable String name() {
        if (peek() != '"') {
            return null;
        }
        ShortName known = knownName();
        if (known == null) {
            return newName(at + 1);
        }
        at += known.name().length() + 2;
        return known.name();
    }

    /** The shape of an object that begins with {@code name} as it is written at the position; null if there is none. */
    private @Nullable Shape firstShape(ShortName name) {
        Shape shape = name.shape();
        return shape != null && at + shape.writtenBytes() <= end && text[at + shape.writtenBytes() - 1] == ':'
                ? shape
                : null;
    }

    /** The name whose quotation mark is at the position, if it is a short one that was met before. */
    private @Nullable ShortName knownName() {
        int from = at + 1;
        if (from + KnownNames.WORDS_BYTES > text.length) {
            return null;
        }
        long low = LittleEndian.getLong(text, from);
        long high = 0;
        int length = BytesInWord.before(low, '"');
        if (length < Long.BYTES) {
            low = BytesInWord.first(low, length);
        } else {
            high = LittleEndian.getLong(text, from + Long.BYTES);
            int more = BytesInWord.before(high, '"');
            high = BytesInWord.first(high, more);
            length += more;
        }
        return from + length < end && length < KnownNames.WORDS_BYTES ? KnownNames.find(low, high, length) : null;
    }

    private @Nullable String newName(int from) {
        for (int i = from; i < end && i - from <= MAX_NAME_BYTES; i++) {
            byte b = text[i];
            if (b == '"') {
                at = i + 1;
                return KnownNames.get(text, from, i);
            }
            if (b < ' ' || b == '\\') {
                break;
            }
        }
        String name = string();
        // Half a surrogate pair may stand in a value, in a name the mapper refuses it.
        return name == null || name.chars().anyMatch(c -> Character.isSurrogate((char) c)) ? null : name;
    }

    private @Nullable String string() {
        int from = ++at;
        int i = from;
        while (i + Long.BYTES <= end) {
            int plain = BytesInWord.plain(LittleEndian.getLong(text, i));
            i += plain;
            if (plain < Long.BYTES) {
                break;
            }
        }
        boolean ascii = true;
        for (; i < end; i++) {
            byte b = text[i];
            if (b == '"') {
                at = i + 1;
                return decoded(from, i, ascii);
            }
            if (b == '\\') {
                return escapedString(from, i);
            }
            if (b < ' ') {
                if (b >= 0) {
                    return null;
                }
                ascii = false;
            }
        }
        return null;
    }

    /** The characters of some bytes, or null if they are no UTF-8. */
    private @Nullable String decoded(int from, int to, boolean ascii) {
        if (ascii) {
            return new String(text, from, to - from, StandardCharsets.ISO_8859_1);
        }
        String string = new String(text, from, to - from, StandardCharsets.UTF_8);
        // Bytes that are wrong become this character. Where it was really written the mapper reads the same.
        return string.indexOf('\ufffd') < 0 ? string : null;
    }

    private @Nullable String escapedString(int from, int firstEscape) {
        StringBuilder string = new StringBuilder();
        int plain = from;
        at = firstEscape;
        while (at < end && text[at] != '"') {
            if (text[at] >= 0 && text[at] < ' ') {
                return null;
            }
            if (text[at] != '\\') {
                at++;
                continue;
            }
            if (!addDecoded(string, plain) || !addEscape(string)) {
                return null;
            }
            plain = at;
        }
        return addDecoded(string, plain) && skip('"') ? string.toString() : null;
    }

    private boolean addDecoded(StringBuilder to, int from) {
        String part = decoded(from, at, false);
        if (part != null) {
            to.append(part);
        }
        return part != null;
    }

    private boolean addEscape(StringBuilder to) {
        at++;
        int escape = peek();
        at++;
        if (escape == 'u') {
            return addUnit(to);
        }
        int known = "\"\\/bfnrt".indexOf(escape);
        if (known < 0) {
            return false;
        }
        to.append("\"\\/\b\f\n\r\t".charAt(known));
        return true;
    }

    private boolean addUnit(StringBuilder to) {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0) {
                return false;
            }
            unit = unit << 4 | digit;
            at++;
        }
        to.append((char) unit);
        return true;
    }

    private static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }

    private @Nullable JsonNode number() {
        int from = at;
        boolean negative = skip('-');
        int firstDigit = at;
        long value = 0;
        int i = firstDigit;
        for (; i < end && isDigit(text[i]); i++) {
            value = value * 10 + text[i] - '0';
        }
        at = i;
        int digits = at - firstDigit;
        if (digits == 0 || (digits > 1 && text[firstDigit] == '0') || at - from > MAX_NUMBER_LENGTH) {
            return null;
        }
        int next = peek();
        if (next == '.' || next == 'e' || next == 'E') {
            return decimal(from);
        }
        if (digits > MAX_PLAIN_DIGITS) {
            return integer(new BigInteger(ascii(from)));
        }
        if (negative && value == 0) {
            return null;
        }
        return integer(negative ? -value : value);
    }

    private static JsonNode integer(BigInteger value) {
        return value.bitLength() < Long.SIZE ? integer(value.longValue()) : NODES.numberNode(value);
    }

    private static JsonNode integer(long value) {
        return value == (int) value ? NODES.numberNode((int) value) : NODES.numberNode(value);
    }

    private @Nullable JsonNode decimal(int from) {
        if (skip('.') && skipDigits() == 0) {
            return null;
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (!skip('-')) {
                skip('+');
            }
            int digits = skipDigits();
            if (digits == 0 || digits > MAX_EXPONENT_DIGITS) {
                return null;
            }
        }
        return at - from > MAX_NUMBER_LENGTH ? null : NODES.numberNode(new BigDecimal(ascii(from)));
    }

    private int skipDigits() {
        int from = at;
        while (isDigit(peek())) {
            at++;
        }
        return at - from;
    }

    private String ascii(int from) {
        return new String(text, from, at - from, StandardCharsets.ISO_8859_1);
    }
}
