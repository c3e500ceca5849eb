package io.flowdb.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.InvalidKeyException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.core.io.NumberOutput;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The order law of keys: comparing values and comparing their encodings as unsigned bytes give the same answer. */
class KeyOrderTest {
    private static final long[] LONGS = {
        0,
        1,
        -1,
        9,
        10,
        99,
        100,
        101,
        9999,
        10_000,
        1L << 53,
        (1L << 53) + 1,
        (1L << 62) + 1,
        Long.MAX_VALUE,
        Long.MAX_VALUE - 1,
        Long.MIN_VALUE,
        Long.MIN_VALUE + 1,
        1_000_000_000_000_000_000L
    };
    private static final double[] DOUBLES = {
        0.0,
        -0.0,
        0.5,
        2.5,
        0.1,
        0.01,
        0.001,
        1e-300,
        Double.MIN_VALUE,
        Double.MAX_VALUE,
        1e22,
        1e23,
        0x1p53,
        0x1p62,
        0x1p63,
        -0x1p63,
        0x1p63 - 1024,
        0x1p64,
        123.456
    };

    @Test
    void encode_randomPairs_ordersAsValues() {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        System.out.println("encode_randomPairs_ordersAsValues seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            Object a = value(random, 3);
            Object b = random.nextInt(4) == 0 ? near(random, a) : value(random, 3);
            byte[] ea = KeyWriter.encode(a);
            byte[] eb = KeyWriter.encode(b);
            int expected = compare(a, b);
            assertThat(Integer.signum(Arrays.compareUnsigned(ea, eb)))
                    .as("seed %d: %s and %s", seed, show(a), show(b))
                    .isEqualTo(expected);
            if (expected != 0) {
                assertThat(isPrefix(ea, eb))
                        .as("%s prefix of %s", show(a), show(b))
                        .isFalse();
            }
        }
    }

    @Test
    void decode_randomValues_givesEqualValueAndSkipsAllBytes() {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        System.out.println("decode_randomValues_givesEqualValueAndSkipsAllBytes seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            Object value = value(random, 3);
            byte[] encoded = KeyWriter.encode(value);
            Object decoded = KeyReader.decode(encoded);
            assertThat(compare(value, decoded))
                    .as("%s and %s", show(value), show(decoded))
                    .isZero();
            assertThat(KeyWriter.encode(decoded)).isEqualTo(encoded);
            KeyReader reader = new KeyReader(encoded, 0);
            reader.skip();
            assertThat(reader.position()).as(show(value)).isEqualTo(encoded.length);
        }
    }

    @Test
    void encode_jsonNumbersReadBack_equalsEncodingOfTheNumber() {
        Random random = new Random(42);
        DocumentCodec codec = new DocumentCodec(1 << 20, 10);
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        for (int i = 0; i < 50_000; i++) {
            double d = Double.longBitsToDouble(random.nextLong());
            float f = Float.intBitsToFloat(random.nextInt());
            for (JsonNode node : List.of(
                    nodes.numberNode(d),
                    nodes.numberNode(f),
                    nodes.numberNode(random.nextLong()),
                    nodes.numberNode((double) random.nextLong()),
                    nodes.numberNode((float) random.nextLong()))) {
                if (!Double.isFinite(node.doubleValue())) {
                    continue;
                }
                byte[] bytes =
                        codec.encode("s", nodes.objectNode().set("n", node), 0).bytes();
                assertThat(KeyWriter.encode(DocumentCodec.decode(bytes).get("n")))
                        .as(node.toString())
                        .isEqualTo(KeyWriter.encode(node));
            }
        }
    }

    /** These bytes are on disks: they may never change. */
    @Test
    void encode_fixedValues_givesFrozenBytes() {
        assertThat(hex((Object) null)).isEqualTo("10");
        assertThat(hex(false)).isEqualTo("18");
        assertThat(hex(true)).isEqualTo("19");
        assertThat(hex(0)).isEqualTo("2080");
        assertThat(hex(-0.0)).isEqualTo("2080");
        assertThat(hex(1)).isEqualTo("20a10200");
        assertThat(hex(new BigDecimal("1.00"))).isEqualTo("20a10200");
        assertThat(hex(-1)).isEqualTo("205efdff");
        assertThat(hex(100)).isEqualTo("20a20200");
        assertThat(hex(2.5)).isEqualTo("20a1033300");
        assertThat(hex(0.1)).isEqualTo("20a00b00");
        assertThat(hex(1234567890123456789L)).isEqualTo("20aa02182e445a02182e445a00");
        assertThat(hex(new BigDecimal("1E+1000"))).isEqualTo("20bf800001f50200");
        assertThat(hex(new BigDecimal("1E-1000"))).isEqualTo("20817ffffe0d0200");
        assertThat(hex(Instant.ofEpochSecond(1, 2))).isEqualTo("30800000000000000100000002");
        assertThat(hex("")).isEqualTo("4000");
        assertThat(hex("a\u0000\u0001\u00e9\u20ac")).isEqualTo("406101010102c3a9e282ac00");
        assertThat(hex("\ud83d\ude00")).isEqualTo("40eda0bdedb88000");
        assertThat(hex(new byte[] {0, 1, 2, -1})).isEqualTo("500101010202ff00");
        assertThat(hex(List.of(1, "a"))).isEqualTo("6020a1020040610000");
    }

    @Test
    void encode_integersOfEveryType_areEqual() {
        byte[] five = KeyWriter.encode(5L);
        for (Object value : List.of(5, (short) 5, (byte) 5, 5.0, 5f, new BigDecimal("5.000"), BigInteger.valueOf(5))) {
            assertThat(KeyWriter.encode(value)).as(value.getClass().getName()).isEqualTo(five);
        }
    }

    @Test
    void decode_decimalsThatNoDoubleHolds_haveAsManyDigitsAsWritten() {
        for (String digits : List.of(
                "12345678901234567890123.5",
                "-12345678901234567890123.5",
                "9007199254740991.5",
                "123456789012345678901.25",
                "0.1234567890123456789012",
                "0.12345678901234567890123",
                "1E+400",
                "1E-401")) {
            BigDecimal number = new BigDecimal(digits);
            Object decoded = KeyReader.decode(KeyWriter.encode(number));
            if (decoded instanceof BigDecimal decimal && number.scale() > 0) {
                assertThat(decimal).isEqualTo(number);
            }
            assertThat(new BigDecimal(String.valueOf(decoded))).isEqualByComparingTo(number);
        }
    }

    @Test
    void encode_noKeys_throwInvalidKey() {
        for (Object value : List.of(
                Double.NaN,
                Double.POSITIVE_INFINITY,
                Float.NaN,
                new Object(),
                JsonNodeFactory.instance.objectNode(),
                List.of(JsonNodeFactory.instance.objectNode()),
                BigInteger.ONE.shiftLeft(20_000))) {
            assertThatThrownBy(() -> KeyWriter.encode(value)).isInstanceOf(InvalidKeyException.class);
        }
    }

    @Test
    void encode_hugeExponents_areOrderedWithoutExpansion() {
        BigDecimal huge = new BigDecimal("1E+2147483646");
        BigDecimal tiny = new BigDecimal("1E-2147483646");
        List<Object> ascending = List.of(huge.negate(), -1, tiny.negate(), 0, tiny, 1, huge);
        for (int i = 1; i < ascending.size(); i++) {
            assertThat(Arrays.compareUnsigned(
                            KeyWriter.encode(ascending.get(i - 1)), KeyWriter.encode(ascending.get(i))))
                    .isNegative();
        }
        assertThat(KeyReader.decode(KeyWriter.encode(huge))).isEqualTo(new BigDecimal("1E+2147483646"));
    }

    private static String hex(Object value) {
        return HexFormat.of().formatHex(KeyWriter.encode(value));
    }

    private static boolean isPrefix(byte[] a, byte[] b) {
        return Arrays.mismatch(a, b) == Math.min(a.length, b.length);
    }

    private static Object value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 10 : 9)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> LONGS[random.nextInt(LONGS.length)];
            case 3 -> random.nextLong() >> random.nextInt(64);
            case 4 -> (random.nextBoolean() ? 1 : -1) * DOUBLES[random.nextInt(DOUBLES.length)];
            case 5 ->
                random.nextInt(3) == 0
                        ? new BigDecimal(new BigInteger(random.nextInt(120), random), random.nextInt(80) - 40)
                        : Math.scalb(random.nextGaussian(), random.nextInt(140) - 70);
            case 6 -> Instant.ofEpochSecond(random.nextInt(5) - 2, random.nextInt(3));
            case 7 -> text(random);
            case 8 -> text(random).getBytes(java.nio.charset.StandardCharsets.UTF_16LE);
            default -> {
                List<Object> array = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(value(random, depth - 1));
                }
                yield array;
            }
        };
    }

    private static Object near(Random random, Object a) {
        if (a instanceof Long n) {
            return switch (random.nextInt(3)) {
                case 0 -> (double) n;
                case 1 -> new BigDecimal(n).add(new BigDecimal("0.001"));
                default -> n + 1;
            };
        }
        if (a instanceof Double d) {
            return random.nextBoolean() && d < Double.MAX_VALUE ? Math.nextUp(d) : (Object) (long) (double) d;
        }
        if (a instanceof String s) {
            return s + text(random);
        }
        if (a instanceof List<?> list) {
            List<Object> longer = new ArrayList<>(list);
            longer.add(value(random, 0));
            return longer;
        }
        return a;
    }

    private static String text(Random random) {
        char[] alphabet = {
            0, 1, 2, 'a', 'b', 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff
        };
        char[] text = new char[random.nextInt(5)];
        for (int i = 0; i < text.length; i++) {
            text[i] = alphabet[random.nextInt(alphabet.length)];
        }
        return new String(text);
    }

    /** The order as the specification says it, without regard to bytes. */
    static int compare(Object a, Object b) {
        int kinds = Integer.compare(kind(a), kind(b));
        if (kinds != 0) {
            return kinds;
        }
        if (a instanceof Number) {
            return decimal(a).compareTo(decimal(b));
        }
        if (a instanceof Instant i) {
            return Integer.signum(i.compareTo((Instant) b));
        }
        if (a instanceof String s) {
            return Integer.signum(s.compareTo((String) b));
        }
        if (a instanceof byte[] bytes) {
            return Integer.signum(Arrays.compareUnsigned(bytes, (byte[]) b));
        }
        if (a instanceof List<?> list) {
            List<?> other = (List<?>) b;
            for (int i = 0; i < Math.min(list.size(), other.size()); i++) {
                int elements = compare(list.get(i), other.get(i));
                if (elements != 0) {
                    return elements;
                }
            }
            return Integer.compare(list.size(), other.size());
        }
        return 0;
    }

    private static int kind(Object value) {
        if (value == null) {
            return 0;
        }
        if (value instanceof Boolean truth) {
            return truth ? 2 : 1;
        }
        List<Class<?>> kinds = List.of(Number.class, Instant.class, String.class, byte[].class, List.class);
        for (int i = 0; i < kinds.size(); i++) {
            if (kinds.get(i).isInstance(value)) {
                return 3 + i;
            }
        }
        throw new AssertionError(value);
    }

    /**
     * Exact for 64-bit integers against doubles; a double that is no such integer is the shortest decimal that names
     * it.
     */
    private static BigDecimal decimal(Object value) {
        if (value instanceof Double d) {
            boolean integer = d == Math.rint(d) && Math.abs(d) <= 0x1p63;
            return integer && d < 0x1p63 ? new BigDecimal(d) : new BigDecimal(NumberOutput.toString(d, true));
        }
        return new BigDecimal(value.toString());
    }

    private static String show(Object value) {
        return value instanceof byte[] bytes
                ? HexFormat.of().formatHex(bytes)
                : value instanceof String s ? s.chars().boxed().toList().toString() : String.valueOf(value);
    }
}
