package io.flowdb.internal.json;

import io.flowdb.error.CorruptionException;
import io.flowdb.error.InvalidQueryException;
import io.flowdb.error.LimitExceededException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.exc.StreamWriteException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.core.util.ByteArrayBuilder;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Documents as bytes, and the one JSON mapper of the document layer, whose settings nobody outside can change.
 *
 * <p>Layout, big-endian:
 * <pre>
 * format  u8   1
 * written i64  microseconds since the epoch
 * json         UTF-8
 * </pre>
 * <p>Numbers keep every digit: decimals are read as {@code BigDecimal} and written as they are, without being expanded.
 * Duplicate property names are refused. Threads: any. Source: docs/format/document-keys.md, format 1.
 */
public final class DocumentCodec {
    /** Bytes before the JSON text. */
    public static final int HEADER_BYTES = 9;

    private static final int DEEPEST = 1100;

    /** More than the longest allowed document, so that all that was written can be read. */
    private static final int READ_LIMIT = 1 << 30;

    /** Most digits of a number in a document. */
    public static final int MAX_NUMBER_DIGITS = 1000;

    /** The mapper of the document layer. */
    public static final JsonMapper MAPPER = mapper(DEEPEST, MAX_NUMBER_DIGITS + 24);

    /** Reads deeper and longer values, so that one that is refused has an end behind which it goes on. */
    private static final JsonMapper LENIENT = mapper(100_000, 1_000_000);

    private static final ObjectWriter ASCII_WRITER = MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);
    private static final int FORMAT = 1;
    private final int maxBytes;
    private final int maxDepth;

    /** A codec that refuses to write documents that are longer or deeper. */
    public DocumentCodec(int maxBytes, int maxDepth) {
        this.maxBytes = maxBytes;
        this.maxDepth = maxDepth;
    }

    private static JsonMapper mapper(int deepest, int longestNumber) {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(deepest)
                        .maxNumberLength(longestNumber)
                        .maxStringLength(READ_LIMIT)
                        .maxNameLength(READ_LIMIT)
                        .build())
                .streamWriteConstraints(StreamWriteConstraints.builder()
                        .maxNestingDepth(DEEPEST)
                        .build())
                .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
                .build();
        return JsonMapper.builder(factory)
                .enable(JsonNodeFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
                .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
                .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .build();
    }

    /** The stored form of {@code document}. */
    public Encoded encode(String store, JsonNode document, long writtenMicros) {
        try {
            return encode(store, document, writtenMicros, null);
        } catch (StreamWriteException e) {
            // A lone surrogate has no UTF-8 form; it is written as an escape.
            return encode(store, document, writtenMicros, ASCII_WRITER);
        }
    }

    private Encoded encode(String store, JsonNode document, long writtenMicros, @Nullable ObjectWriter writer) {
        ByteArrayBuilder out = new ByteArrayBuilder(512);
        out.write(FORMAT);
        for (int shift = 56; shift >= 0; shift -= 8) {
            out.write((int) (writtenMicros >>> shift));
        }
        boolean plain;
        try (JsonGenerator generator = writer == null ? MAPPER.createGenerator(out) : writer.createGenerator(out)) {
            plain = write(store, document, generator, 0);
        }
        byte[] bytes = out.toByteArray();
        out.release();
        if (bytes.length - HEADER_BYTES > maxBytes) {
            throw new LimitExceededException(store, "document bytes", maxBytes, bytes.length - HEADER_BYTES);
        }
        return new Encoded(bytes, plain ? document : decode(bytes));
    }

    /** Returns whether reading the text gives an equal tree, but for the Java types of its numbers. */
    private boolean write(String store, JsonNode node, JsonGenerator to, int depth) {
        switch (node.getNodeType()) {
            case OBJECT -> {
                return writeObject(store, node, to, depth + 1);
            }
            case ARRAY -> {
                return writeArray(store, node, to, depth + 1);
            }
            case STRING -> to.writeString(node.stringValue());
            case NUMBER -> {
                return writeNumber(store, node, to);
            }
            case BOOLEAN -> to.writeBoolean(node.booleanValue());
            case NULL -> to.writeNull();
            default -> {
                write(store, read(node), to, depth);
                return false;
            }
        }
        return true;
    }

    /** What the text of a node reads as that stands for something else, such as raw text or a Java object. */
    private static JsonNode read(JsonNode node) {
        try {
            JsonNode tree = MAPPER.readTree(MAPPER.writeValueAsString(node));
            if (!tree.isMissingNode()) { // which stands for no text at all
                return tree;
            }
        } catch (JacksonException | NumberFormatException e) {
            throw noJson(node, e);
        }
        throw noJson(node, null);
    }

    private static IllegalArgumentException noJson(JsonNode node, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "document contains a node of type " + node.getNodeType() + " that is no JSON value", cause);
    }

    private boolean writeObject(String store, JsonNode node, JsonGenerator to, int depth) {
        checkDepth(store, depth);
        boolean plain = true;
        to.writeStartObject();
        for (Map.Entry<String, JsonNode> property : node.properties()) {
            checkName(property.getKey());
            to.writeName(property.getKey());
            plain &= write(store, property.getValue(), to, depth);
        }
        to.writeEndObject();
        return plain;
    }

    private boolean writeArray(String store, JsonNode node, JsonGenerator to, int depth) {
        checkDepth(store, depth);
        boolean plain = true;
        to.writeStartArray();
        for (int i = 0; i < node.size(); i++) {
            plain &= write(store, node.get(i), to, depth);
        }
        to.writeEndArray();
        return plain;
    }

    /** Half a surrogate pair in a name could be written, but not read again. */
    private static void checkName(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (Character.isSurrogate(name.charAt(i)) && Character.charCount(name.codePointAt(i++)) == 1) {
                throw new IllegalArgumentException(
                        "document contains a property name with half a surrogate pair (allowed: in values)");
            }
        }
    }

    private void checkDepth(String store, int depth) {
        if (depth > maxDepth) {
            throw new LimitExceededException(store, "document depth", maxDepth, depth);
        }
    }

    private static boolean writeNumber(String store, JsonNode node, JsonGenerator to) {
        switch (node.numberType()) {
            case INT -> to.writeNumber(node.intValue());
            case LONG -> to.writeNumber(node.longValue());
            case BIG_INTEGER -> {
                BigInteger value = node.bigIntegerValue();
                checkDigits(store, value);
                to.writeNumber(value);
            }
            case BIG_DECIMAL -> {
                BigDecimal value = node.decimalValue();
                checkDigits(store, value.unscaledValue());
                if (value.scale() == Integer.MIN_VALUE) { // its text is not read again
                    throw new LimitExceededException(
                            store, "number exponent", Integer.MAX_VALUE, Integer.MAX_VALUE + 1L);
                }
                to.writeNumber(value.toString());
            }
            default -> writeDouble(node, to);
        }
        return true;
    }

    /** Writes an integer within the range of long exactly, so that its text means the same number as its key. */
    private static void writeDouble(JsonNode node, JsonGenerator to) {
        double value = node.doubleValue();
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("document contains " + value + " (allowed: finite numbers)");
        }
        double exactText = node.isFloat() ? 0x1p24 : 0x1p53;
        if (Math.abs(value) >= exactText && value >= -0x1p63 && value < 0x1p63 && value == Math.rint(value)) {
            to.writeNumber((long) value);
        } else if (node.isFloat()) {
            to.writeNumber(node.floatValue());
        } else {
            to.writeNumber(value);
        }
    }

    private static void checkDigits(String store, BigInteger value) {
        // 3.33 bits hold a digit: a cheap bound first, for numbers so long that printing them would take minutes.
        if (value.bitLength() > MAX_NUMBER_DIGITS * 3) {
            int digits = value.bitLength() > MAX_NUMBER_DIGITS * 4
                    ? value.bitLength() * 3 / 10
                    : value.abs().toString().length();
            if (digits > MAX_NUMBER_DIGITS) {
                throw new LimitExceededException(store, "number digits", MAX_NUMBER_DIGITS, digits);
            }
        }
    }

    /** The document in {@code stored}. */
    public static JsonNode decode(byte[] stored) {
        return decode(stored, stored.length);
    }

    /** The document in the first {@code length} bytes of {@code stored}. */
    public static JsonNode decode(byte[] stored, int length) {
        checkFormat(stored, length);
        try {
            return parse(stored, HEADER_BYTES, length);
        } catch (JacksonException e) {
            throw new CorruptionException(
                    "document", HEADER_BYTES, "JSON that cannot be read: " + e.getOriginalMessage());
        }
    }

    /**
     * The document in {@code stored} with the properties that {@code wanted} names; others may be left out, which saves
     * time.
     */
    public static JsonNode decode(byte[] stored, Set<String> wanted) {
        return decode(stored, stored.length, wanted);
    }

    /** As {@link #decode(byte[], Set)}, of the document in the first {@code length} bytes of {@code stored}. */
    public static JsonNode decode(byte[] stored, int length, Set<String> wanted) {
        checkFormat(stored, length);
        JsonNode tree = TreeReader.read(stored, HEADER_BYTES, length, wanted);
        return tree != null ? tree : decode(stored, length);
    }

    /** The JSON value in the bytes from {@code from} to {@code end}. Errors: {@link JacksonException}. */
    public static JsonNode parse(byte[] text, int from, int end) {
        JsonNode tree = TreeReader.read(text, from, end);
        return tree != null ? tree : MAPPER.readTree(text, from, end - from);
    }

    /**
     * Reads JSON values also beyond the limits of documents: up to 100,000 levels deep, numbers of up to a million
     * digits.
     */
    public static JsonParser parser(InputStream from) {
        return LENIENT.createParser(from);
    }

    /**
     * Whether objects and arrays in {@code value}, which may be one itself, are nested more than {@code levels} deep.
     */
    public static boolean isDeeper(JsonNode value, int levels) {
        if (!value.isContainer()) {
            return false;
        }
        if (levels == 0) {
            return true;
        }
        for (JsonNode part : value.values()) {
            if (isDeeper(part, levels - 1)) {
                return true;
            }
        }
        return false;
    }

    /**
     * A document as a Java value. It is read from a tree and not from the text, whose decimals Jackson would take
     * through double on their way to a number that is none. Errors: {@link InvalidQueryException} if it is no
     * {@code type}.
     */
    public static <T> T convert(JsonNode document, Class<T> type) {
        try {
            return MAPPER.treeToValue(document, type);
        } catch (JacksonException e) {
            // What Jackson says may quote the document, so it stays out of the message.
            throw new InvalidQueryException("a document cannot be read as " + type.getName() + "; see the cause", e);
        }
    }

    /** A Java value as a document. Errors: {@link IllegalArgumentException} if Jackson cannot write it. */
    public static JsonNode toDocument(@Nullable Object value) {
        try {
            return MAPPER.valueToTree(value);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "document = a " + (value == null ? "null" : value.getClass().getName())
                            + " (allowed: what Jackson can write)",
                    e);
        }
    }

    /** The JSON text in {@code stored}. */
    public static byte[] text(byte[] stored) {
        checkFormat(stored);
        return Arrays.copyOfRange(stored, HEADER_BYTES, stored.length);
    }

    /** When {@code stored} was written. */
    public static long writtenMicros(byte[] stored) {
        checkFormat(stored);
        long micros = 0;
        for (int i = 1; i < HEADER_BYTES; i++) {
            micros = micros << 8 | stored[i] & 0xff;
        }
        return micros;
    }

    private static void checkFormat(byte[] stored) {
        checkFormat(stored, stored.length);
    }

    private static void checkFormat(byte[] stored, int length) {
        if (length < HEADER_BYTES || stored[0] != FORMAT) {
            throw new CorruptionException(
                    "document", 0, "expected format " + FORMAT + ", found " + (length == 0 ? "nothing" : stored[0]));
        }
    }

    /**
     * A document and its bytes.
     *
     * @param bytes the stored form
     * @param document what reading the bytes gives
     */
    public record Encoded(byte[] bytes, JsonNode document) {}
}
