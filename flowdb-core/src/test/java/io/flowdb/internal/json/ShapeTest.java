package io.flowdb.internal.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Documents of a shape that was met before are read as the mapper reads them, and share nothing that can change. */
class ShapeTest {
    private static ObjectNode read(String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        JsonNode tree = TreeReader.read(text, 0, text.length);
        assertThat(tree).as(json).isEqualTo(DocumentCodec.MAPPER.readTree(json));
        assertThat(tree).hasToString(json);
        return (ObjectNode) tree;
    }

    /** Reads it so often that its shape is known. */
    private static void learn(String json) {
        for (int i = 0; i < 1_000; i++) {
            read(json);
        }
    }

    private static String keys(int first, int second, int third, int thread) {
        return "{\"k%d\":1,\"l%d\":2,\"m%d\":{\"thread%d\":3},\"n%d\":4}"
                .formatted(first, second, third, thread, first);
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void changesOfOneDocument_areNotSeenInAnotherOfItsShape() {
        String json = "{\"a\":1,\"bb\":\"x\",\"ccccccccccccc\":[],\"d\":{\"a\":2}}";
        learn(json);
        ObjectNode changed = read(json);
        ObjectNode other = read(json);

        changed.remove("bb");
        changed.put("e", 1).put("a", 5);
        ((ObjectNode) changed.get("d")).put("b", 1).remove("a");

        assertThat(changed).hasToString("{\"a\":5,\"ccccccccccccc\":[],\"d\":{\"b\":1},\"e\":1}");
        assertThat(other).hasToString(json);
        changed.removeAll();
        assertThat(changed).isEmpty();
        assertThat(other).hasToString(json);
        read(json);
    }

    /** Names that begin or end alike, one within the other, of all lengths about those of words. */
    @Test
    void namesThatLookAlike_areTold() {
        List<String> names = new ArrayList<>(List.of("", " ", "a", "ab", "abc", "id", "ID"));
        for (int length = 4; length <= 40; length++) {
            for (int differing = 0; differing < length; differing += 3) {
                StringBuilder name = new StringBuilder("x".repeat(length));
                name.setCharAt(differing, 'y');
                names.add(name.toString());
            }
        }
        for (int round = 0; round < 100; round++) {
            for (int i = 0; i < names.size(); i++) {
                for (int j = Math.max(0, i - 5); j < i; j++) {
                    read("{\"%s\":1,\"%s\":{\"%s\":null}}".formatted(names.get(i), names.get(j), names.get(i)));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"b\":2,\"a\":3}",
                "{\"a\":1,\"a\":3}",
                "{\"a\":1,\"b\":{\"c\":1,\"c\":2}}",
                "{\"a\":1,\"b\":2,\"\\u0061\":3}"
            })
    void nameThatOccursTwice_isLeftToTheMapper_eachTime(String json) {
        learn("{\"a\":1,\"b\":2}");
        learn("{\"a\":1,\"b\":{\"c\":1}}");
        for (int i = 0; i < 3; i++) {
            assertThat(TreeReader.read(bytes(json), 0, bytes(json).length)).isNull();
        }
        read("{\"a\":1,\"b\":2,\"c\":3}");
    }

    @Test
    void textThatEndsEarly_isNoDocument_thoughItsShapeIsKnown() {
        String json = "{\"number\":1,\"a long name of some words\":\"x\",\"b\":true}";
        learn(json);
        byte[] text = bytes(json);
        for (int end = 0; end < text.length; end++) {
            assertThat(TreeReader.read(text, 0, end)).as("%d bytes", end).isNull();
        }
    }

    /** The last name and value may take fewer bytes than a word has: the object counted as one of no known shape. */
    @Test
    void next_shortTextThatIsLeft_isTheShapeOrNone() {
        Shape one = Shape.of("id");
        for (String name : List.of("", "v", "ab", "abc", "four", "a name of some words")) {
            Shape two = one.with(name);
            byte[] text = bytes("\"" + name + "\":7},\"more\":1}");
            for (int end = 0; end <= text.length; end++) {
                assertThat(one.next(text, 0, end))
                        .as("%s in %d bytes", name, end)
                        .isSameAs(end < name.length() + 3 ? null : two);
            }
        }
    }

    @Test
    void propertiesOfAnyNumber_inAnyOrder() {
        for (int round = 0; round < 200; round++) {
            for (int count = 0; count <= 40; count++) {
                List<String> properties = IntStream.range(0, count)
                        .mapToObj("\"name%1$d\":%1$d"::formatted)
                        .collect(Collectors.toCollection(ArrayList::new));
                read("{" + String.join(",", properties) + "}");
                Collections.rotate(properties, round % 3);
                read("{" + String.join(",", properties) + "}");
            }
        }
    }

    /** Many more shapes than are kept, with and without names in common, by several threads. */
    @Test
    void namesUsedAsKeys_areReadOnAndOn() throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<?>> readers = new ArrayList<>();
            for (int thread = 0; thread < 3; thread++) {
                int first = thread;
                readers.add(threads.submit(() -> {
                    for (int i = 0; i < 60_000; i++) {
                        byte[] text = bytes(keys(i % 13, i / 13 % 13, i / 169 % 13, first));
                        assertThat(TreeReader.read(text, 0, text.length)).isNotNull();
                        if (i % 8 == 0) {
                            read(new String(text, StandardCharsets.UTF_8));
                            read("{\"id\":1,\"key%d\":{\"x%d\":2,\"y\":3}}".formatted(i, i + first));
                        }
                    }
                }));
            }
            for (Future<?> reader : readers) {
                reader.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
