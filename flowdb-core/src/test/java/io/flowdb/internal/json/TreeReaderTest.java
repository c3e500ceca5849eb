package io.flowdb.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.LimitExceededException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What the reader of stored documents makes of a text is what the mapper makes of it, or nothing. */
class TreeReaderTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String ALPHABET = "ab\"\\/\b\f\n\r\t\u0001\u007f\u0080é€\ud83d\ude00\u0000 {}[]:,0";

    @Test
    void read_randomDocuments_givesTheTreeOfTheMapper() {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        Random random = new Random(seed);
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] text = encoded(object(random, 0));
            byte[] around = new byte[text.length + random.nextInt(20)];
            random.nextBytes(around);
            int from = random.nextInt(around.length - text.length + 1);
            System.arraycopy(text, 0, around, from, text.length);

            JsonNode tree = TreeReader.read(around, from, from + text.length);

            if (tree != null) {
                assertSame(tree, DocumentCodec.MAPPER.readTree(text), "seed " + seed + ", " + text(text));
                read++;
            } else {
                // A name with a pair is read only if it needs no other look at its characters.
                assertThat(text(text)).as("seed " + seed).contains("\ud83d\ude00");
            }
        }
        assertThat(read).as("documents read").isGreaterThan(10_000);
    }

    /**
     * A decimal with the largest exponent could be stored, and then its document, and every walk over its store, ended
     * in a NumberFormatException. A zero of the largest scale was no key.
     */
    @Test
    void encode_decimalsOfExtremeScale_areReadAgainOrRefused() {
        DocumentCodec codec = new DocumentCodec(1 << 20, 100);
        for (String digits : List.of("0", "1", "-1", "10", "123", "-98765432109876543210", "1000000000000000000")) {
            for (int i = 0; i < 25; i++) {
                for (int scale : new int[] {Integer.MIN_VALUE + i, Integer.MAX_VALUE - i}) {
                    BigDecimal number = new BigDecimal(new BigInteger(digits), scale);
                    ObjectNode document = NODES.objectNode().put("n", number);
                    assertThat(KeyWriter.encode(number).length).isPositive();
                    if (scale == Integer.MIN_VALUE) {
                        assertThatThrownBy(() -> codec.encode("s", document, 0))
                                .isInstanceOf(LimitExceededException.class);
                    } else {
                        JsonNode again = DocumentCodec.decode(
                                codec.encode("s", document, 0).bytes());
                        assertThat(again.get("n").decimalValue()).isEqualByComparingTo(number);
                        assertThat(KeyWriter.encode(again.get("n"))).isEqualTo(KeyWriter.encode(number));
                    }
                }
            }
        }
        assertThat(KeyWriter.encode(new BigDecimal(BigInteger.ZERO, Integer.MAX_VALUE)))
                .isEqualTo(KeyWriter.encode(0));
    }

    @Test
    void read_someProperties_givesThoseOfTheWholeTree() {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        Random random = new Random(seed);
        int left = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] text = encoded(object(random, 0));
            ObjectNode expected = (ObjectNode) DocumentCodec.MAPPER.readTree(text);
            Set<String> wanted = new HashSet<>(List.of("absent"));
            for (String name : List.copyOf(expected.propertyNames())) {
                if (random.nextBoolean()) {
                    wanted.add(name);
                } else {
                    expected.remove(name);
                    left++;
                }
            }

            JsonNode tree = TreeReader.read(text, 0, text.length, wanted);

            if (tree != null) {
                assertSame(tree, expected, "seed " + seed + ", " + wanted + " of " + text(text));
            } else {
                assertThat(text(text)).as("seed " + seed).contains("\ud83d\ude00");
            }
        }
        assertThat(left).as("properties left out").isGreaterThan(10_000);
    }

    @Test
    void read_damagedText_givesTheTreeOfTheMapperOrNone() {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        Random random = new Random(seed);
        int read = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] text = damaged(encoded(object(random, 0)), random);
            JsonNode tree = TreeReader.read(text, 0, text.length);
            if (tree != null) {
                String about = "seed " + seed + ", " + text(text);
                assertThatCode(() -> DocumentCodec.MAPPER.readTree(text))
                        .as(about)
                        .doesNotThrowAnyException();
                assertSame(tree, DocumentCodec.MAPPER.readTree(text), about);
                read++;
            }
        }
        assertThat(read).as("damaged texts that are JSON all the same").isGreaterThan(1_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "[]",
                "{",
                "{}}",
                "{} ",
                " {}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":01}",
                "{\"a\":-}",
                "{\"a\":1.}",
                "{\"a\":.5}",
                "{\"a\":1e}",
                "{\"a\":1e+}",
                "{\"a\":+1}",
                "{\"a\":tru}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":\"x}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{\"a\":[1,]}",
                "{,}",
                "{\"a\":\"\u0001\"}",
                "{'a':1}",
                "{\"a\":NaN}",
                "{\"a\":1e999999999999}"
            })
    void read_anythingElse_isLeftToTheMapper(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);

        assertThat(TreeReader.read(utf8, 0, utf8.length)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-1",
                "2147483647",
                "2147483648",
                "-2147483648",
                "-2147483649",
                "999999999999999999",
                "9223372036854775807",
                "9223372036854775808",
                "-9223372036854775808",
                "123456789012345678901234567890",
                "0.0",
                "-0.0",
                "1.10",
                "1e5",
                "1E-7",
                "-12.5e+30",
                "1e400000",
                "true",
                "false",
                "null",
                "\"\"",
                "{}",
                "[]"
            })
    void read_value_hasTheKindThatTheMapperGives(String value) {
        byte[] text = ("{\"a\":" + value + ",\"b\":[" + value + "]}").getBytes(StandardCharsets.UTF_8);

        JsonNode tree = TreeReader.read(text, 0, text.length);

        assertThat(tree).isNotNull();
        assertSame(tree, DocumentCodec.MAPPER.readTree(text), value);
    }

    @Test
    void read_replacementCharacter_isLeftToTheMapper() {
        byte[] text = encoded(NODES.objectNode().put("a", "\ufffd"));

        assertThat(TreeReader.read(text, 0, text.length)).isNull();
        assertThat(DocumentCodec.MAPPER.readTree(text).get("a").asString()).isEqualTo("\ufffd");
    }

    /** Such a document could be written, and from then on nobody could read it. */
    @Test
    void encode_halfASurrogatePairInAName_isRefused() {
        DocumentCodec codec = new DocumentCodec(1 << 20, 100);

        for (String name : List.of("\ude00", "a\ud83db", "\ud83d\ude00\ud83d")) {
            assertThatThrownBy(() -> codec.encode("store", NODES.objectNode().put(name, 1), 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("surrogate");
        }
        JsonNode value = NODES.objectNode().put("a", "\ude00");
        assertThat(DocumentCodec.decode(codec.encode("store", value, 0).bytes()))
                .isEqualTo(value);
    }

    @Test
    void read_partOfAnArray_looksAtNothingElse() {
        byte[] text = "{\"a\":12}3".getBytes(StandardCharsets.UTF_8);

        assertThat(TreeReader.read(text, 0, 8)).isEqualTo(NODES.objectNode().put("a", 12));
        assertThat(TreeReader.read(text, 0, 7)).isNull();
        assertThat(TreeReader.read(text, 1, 8)).isNull();
    }

    private static void assertSame(JsonNode actual, JsonNode expected, String about) {
        assertThat(actual.getClass()).as(about).isEqualTo(expected.getClass());
        if (expected.isContainer()) {
            assertThat(actual.size()).as(about).isEqualTo(expected.size());
            assertThat(actual.propertyNames()).as(about).containsExactlyElementsOf(expected.propertyNames());
            Iterator<JsonNode> others = expected.values().iterator();
            actual.values().forEach(value -> assertSame(value, others.next(), about));
        } else {
            assertThat(actual).as(about).isEqualTo(expected);
            assertThat(actual.asString()).as(about).isEqualTo(expected.asString());
        }
    }

    private static byte[] encoded(JsonNode document) {
        byte[] stored =
                new DocumentCodec(1 << 20, 100).encode("store", document, 0).bytes();
        return Arrays.copyOfRange(stored, DocumentCodec.HEADER_BYTES, stored.length);
    }

    private static byte[] damaged(byte[] text, Random random) {
        int from = random.nextInt(text.length);
        switch (random.nextInt(4)) {
            case 0 -> text[from] = (byte) random.nextInt(256);
            case 1 -> text[from] = (byte) ALPHABET.charAt(random.nextInt(ALPHABET.length()));
            case 2 -> {
                return Arrays.copyOf(text, from);
            }
            default -> System.arraycopy(text, 0, text, from, Math.min(text.length - from, 1 + random.nextInt(8)));
        }
        return text;
    }

    private static ObjectNode object(Random random, int depth) {
        ObjectNode object = NODES.objectNode();
        for (int i = random.nextInt(random.nextInt(20) == 0 ? 40 : 6); i > 0; i--) {
            object.set(name(random), value(random, depth + 1));
        }
        return object;
    }

    private static JsonNode value(Random random, int depth) {
        int kind = random.nextInt(depth > 3 ? 8 : 10);
        return switch (kind) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextInt() >> random.nextInt(32));
            case 3 -> NODES.numberNode(random.nextLong() >> random.nextInt(64));
            case 4 -> NODES.numberNode(new BigInteger(random.nextInt(200), random));
            case 5 -> NODES.numberNode(new BigDecimal(BigInteger.valueOf(random.nextInt()), random.nextInt(40) - 20));
            case 6, 7 -> NODES.stringNode(string(random));
            case 8 -> {
                ArrayNode array = NODES.arrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(value(random, depth + 1));
                }
                yield array;
            }
            default -> object(random, depth);
        };
    }

    /** The mapper cannot read names with half a surrogate pair. */
    private static String name(Random random) {
        return random.nextBoolean()
                ? "name".repeat(1 + random.nextInt(20)) + random.nextInt(5)
                : string(random).replace("\ud83d", "").replace("\ude00", random.nextBoolean() ? "\ud83d\ude00" : "");
    }

    private static String string(Random random) {
        StringBuilder text = new StringBuilder();
        int limit = random.nextInt(10) == 0 ? 200 : 12;
        for (int i = random.nextInt(limit); i > 0; i--) {
            text.append(
                    random.nextInt(3) > 0
                            ? (char) ('a' + random.nextInt(26))
                            : ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
