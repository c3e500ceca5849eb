package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.json.DocumentCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class RowReaderTest {
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final List<String> NAMES = List.of("a", "b", "list", "part", "a longer name than others", "\u00e9");
    private static final List<String> PATHS =
            List.of("a", "b", "list", "list.1", "part.a", "part", "a longer name than others", "\u00e9", "absent");
    private static final DocumentCodec CODEC = new DocumentCodec(1 << 20, 100);

    private final Random random = new Random(SEED);

    /** A filter, and what it says of a document as it is told here. */
    private record Told(Filter filter, Function<ObjectNode, Boolean> holds) {}

    private static byte[] stored(JsonNode document) {
        return CODEC.encode("s", document, 1).bytes();
    }

    private static byte[] stored(String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        byte[] stored = new byte[DocumentCodec.HEADER_BYTES + text.length];
        stored[0] = 1;
        System.arraycopy(text, 0, stored, DocumentCodec.HEADER_BYTES, text.length);
        return stored;
    }

    private ObjectNode document() {
        ObjectNode document = DocumentCodec.MAPPER.createObjectNode();
        List<String> names = new ArrayList<>(NAMES);
        while (!names.isEmpty()) {
            String name = names.remove(random.nextInt(names.size()));
            switch (random.nextInt(6)) {
                case 0 -> document.put(name, random.nextInt(3));
                case 1 -> document.put(name, List.of("x", "\"{\\", "\u00fc, }").get(random.nextInt(3)));
                case 2 ->
                    document.putArray(name).add(random.nextInt(3)).add("]").add(random.nextInt(3));
                case 3 -> document.putObject(name).put("a", random.nextInt(3)).put("b", "}");
                case 4 -> document.putNull(name);
                default -> {}
            }
        }
        return document;
    }

    private static @Nullable JsonNode at(ObjectNode document, String path) {
        JsonNode node = document;
        for (String step : path.split("\\.")) {
            if (node != null && node.isArray()) {
                node = step.equals("1") ? node.get(1) : null;
            } else {
                node = node == null ? null : node.get(step);
            }
        }
        return node;
    }

    private Told told(int depth) {
        String path = PATHS.get(random.nextInt(PATHS.size()));
        int number = random.nextInt(3);
        switch (random.nextInt(depth > 0 ? 8 : 5)) {
            case 0:
                return ofValue(Filter.exists(path), path, Objects::nonNull);
            case 1:
                return ofValue(Filter.isNull(path), path, value -> value == null || value.isNull());
            case 2:
                return ofValue(Filter.contains(path, "}"), path, value -> isText(value, text -> text.contains("}")));
            case 3:
                return ofValue(
                        Filter.eq(path, number),
                        path,
                        value -> isNumber(value, number)
                                || value != null
                                        && value.isArray()
                                        && value.valueStream().anyMatch(v -> isNumber(v, number)));
            case 4:
                return ofValue(Filter.regex(path, "^x$"), path, value -> isText(value, "x"::equals));
            case 5:
                Told inner = told(depth - 1);
                return new Told(Filter.not(inner.filter), d -> !inner.holds.apply(d));
            default:
                Told a = told(depth - 1);
                Told b = told(depth - 1);
                return random.nextBoolean()
                        ? new Told(a.filter.and(b.filter), d -> a.holds.apply(d) && b.holds.apply(d))
                        : new Told(a.filter.or(b.filter), d -> a.holds.apply(d) || b.holds.apply(d));
        }
    }

    private static Told ofValue(Filter filter, String path, Predicate<@Nullable JsonNode> test) {
        return new Told(filter, document -> test.test(at(document, path)));
    }

    private static boolean isText(@Nullable JsonNode value, Predicate<String> test) {
        return value != null && value.isString() && test.test(value.stringValue());
    }

    private static boolean isNumber(@Nullable JsonNode value, int number) {
        return value != null && value.isInt() && value.intValue() == number;
    }

    @Test
    void read_randomDocuments_givesThoseThatMatchWithWhatIsWanted() {
        int matching = 0;
        int others = 0;
        for (int round = 0; round < 400; round++) {
            Told told = told(3);
            Set<String> returned = random.nextInt(3) == 0
                    ? null
                    : NAMES.stream().filter(name -> random.nextBoolean()).collect(Collectors.toSet());
            RowReader reader = new RowReader(List.of(Condition.of(told.filter)), returned);
            for (int i = 0; i < 50; i++) {
                ObjectNode document = document();
                byte[] stored = stored(document);
                boolean whole = random.nextInt(4) == 0;
                boolean matches = told.holds.apply(document);
                String about = "seed " + SEED + ": " + told.filter + " of " + document + ", " + returned;

                JsonNode read = reader.read(stored, stored.length, whole, matches && random.nextInt(4) == 0);

                assertThat(read != null).as(about).isEqualTo(matches);
                if (read != null && (whole || returned == null)) {
                    assertThat(read).as(about).isEqualTo(document);
                } else if (read != null) {
                    returned.forEach(name ->
                            assertThat(read.get(name)).as(about + " " + name).isEqualTo(document.get(name)));
                }
                matching += matches ? 1 : 0;
                others += matches ? 0 : 1;
            }
        }
        assertThat(Math.min(matching, others)).as("seed " + SEED).isGreaterThan(1_000);
    }

    /** What is not looked at may be anything: these are no documents, and whoever reads on meets an error. */
    @Test
    void read_ofFewProperties_doesNotReadOn() {
        byte[] stored = stored("{\"a\":1,\"b\":[2],not a document}");
        Condition condition = Condition.of(Filter.eq("a", 1));
        assertThat(new RowReader(List.of(condition), Set.of())
                        .read(stored, stored.length, false, false)
                        .toString())
                .isEqualTo("{\"a\":1}");
        assertThat(new RowReader(List.of(condition), Set.of("b"))
                        .read(stored, stored.length, false, false)
                        .toString())
                .isEqualTo("{\"a\":1,\"b\":[2]}");
        assertThat(new RowReader(List.of(Condition.of(Filter.eq("a", 2))), null)
                        .read(stored, stored.length, false, false))
                .isNull();
        byte[] nothing = stored("{no document}");
        assertThat(new RowReader(List.of(condition), Set.of())
                        .read(nothing, nothing.length, false, true)
                        .toString())
                .isEqualTo("{}");
    }
}
