package io.flowdb.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The properties of an object behave as in a {@link LinkedHashMap}, few or many of them; {@code -Dflowdb.test.seed=N}
 * repeats a run.
 */
class FieldMapTest {
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final int STEPS = 200_000;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    @Test
    void anyChanges_lookLikeThoseOfALinkedHashMap() {
        Random random = new Random(SEED);
        FieldMap map = new FieldMap();
        Map<String, JsonNode> model = new LinkedHashMap<>();
        int most = 0;
        for (int i = 0; i < STEPS; i++) {
            change(random, map, model, "seed %d, step %d".formatted(SEED, i));
            most = Math.max(most, map.size());
        }
        assertThat(most).isGreaterThan(20);
    }

    private static void change(Random random, FieldMap map, Map<String, JsonNode> model, String about) {
        String name = random.nextInt(50) == 0 ? null : "name" + random.nextInt(24);
        JsonNode value = random.nextInt(50) == 0 ? null : NODES.numberNode(random.nextInt(100));
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> assertThat(map.put(name, value)).as(about).isEqualTo(model.put(name, value));
            case 3, 4 -> {
                boolean added = !model.containsKey("new" + name);
                assertThat(map.add("new" + name, NODES.nullNode())).as(about).isEqualTo(added);
                if (added) {
                    model.put("new" + name, NODES.nullNode());
                }
            }
            case 5, 6 -> assertThat(map.remove(name)).as(about).isEqualTo(model.remove(name));
            case 7 -> {
                removeSome(map.entrySet().iterator(), name);
                removeSome(model.entrySet().iterator(), name);
            }
            case 8 -> {
                setAll(map, value);
                setAll(model, value);
            }
            case 9 ->
                assertThat(map.keySet().removeIf(n -> n == null || n.endsWith("3")))
                        .as(about)
                        .isEqualTo(model.keySet().removeIf(n -> n == null || n.endsWith("3")));
            case 10 -> assertThat(map.putIfAbsent(name, value)).as(about).isEqualTo(model.putIfAbsent(name, value));
            default -> {
                if (random.nextInt(30) == 0) {
                    map.clear();
                    model.clear();
                    addShaped(map, model, random.nextInt(17));
                }
            }
        }
        assertThat(map.get(name)).as(about).isEqualTo(model.get(name));
        assertThat(map.containsKey(name)).as(about).isEqualTo(model.containsKey(name));
        assertThat(new ArrayList<>(map.entrySet())).as(about).isEqualTo(new ArrayList<>(model.entrySet()));
        assertThat(map.size()).as(about).isEqualTo(model.size());
        assertThat(map.equals(model) && model.equals(map)).as(about).isTrue();
        assertThat(map.hashCode()).as(about).isEqualTo(model.hashCode());
    }

    private static void addShaped(FieldMap map, Map<String, JsonNode> model, int count) {
        Shape shape = null;
        for (int i = 0; i < count; i++) {
            String name = "name" + i;
            shape = shape == null ? Shape.of(name) : shape.with(name);
            map.add(shape, NODES.numberNode(i));
            model.put(name, NODES.numberNode(i));
        }
    }

    private static void removeSome(Iterator<Map.Entry<String, JsonNode>> entries, String before) {
        while (entries.hasNext()) {
            String name = entries.next().getKey();
            if (name != null && before != null && name.compareTo(before) < 0 && name.endsWith("1")) {
                entries.remove();
            }
        }
    }

    private static void setAll(Map<String, JsonNode> map, JsonNode value) {
        for (Map.Entry<String, JsonNode> entry : map.entrySet()) {
            entry.setValue(value);
        }
    }

    /** A removed property came back, a changed one looked as before, and walks went on over what was gone. */
    @Test
    void entriesAndWalks_afterChanges_areThoseOfALinkedHashMap() {
        for (int size : new int[] {2, 16, 17}) {
            List<String> seen = new ArrayList<>();
            for (Map<String, JsonNode> map : List.of(new FieldMap(), new LinkedHashMap<String, JsonNode>())) {
                fill(map, size);
                Iterator<Map.Entry<String, JsonNode>> entries = map.entrySet().iterator();
                Map.Entry<String, JsonNode> first = entries.next();
                map.put("name0", NODES.stringNode("changed"));
                String log = first + " " + first.getValue();
                entries.remove();
                first.setValue(NODES.stringNode("gone"));
                log += " " + map + " " + first;
                Iterator<Map.Entry<String, JsonNode>> grown = map.entrySet().iterator();
                grown.next();
                map.put("one more", NODES.nullNode());
                map.put("and another", NODES.nullNode());
                log += " " + grown.hasNext() + outcome(grown);
                Iterator<Map.Entry<String, JsonNode>> cleared = map.entrySet().iterator();
                cleared.next();
                map.clear();
                log += " " + cleared.hasNext() + outcome(cleared) + map;
                seen.add(log);
            }
            assertThat(seen.get(0)).isEqualTo(seen.get(1));
        }
    }

    private static void fill(Map<String, JsonNode> map, int size) {
        for (int i = 0; i < size; i++) {
            map.put("name" + i, NODES.numberNode(i));
        }
    }

    private static String outcome(Iterator<Map.Entry<String, JsonNode>> entries) {
        try {
            return entries.next().toString();
        } catch (ConcurrentModificationException | NoSuchElementException e) {
            return e.getClass().getSimpleName();
        }
    }

    @Test
    void iterator_wrongUse_isRefusedAsByALinkedHashMap() {
        FieldMap map = new FieldMap();
        map.put("a", NODES.nullNode());
        map.put("b", NODES.nullNode());

        Iterator<Map.Entry<String, JsonNode>> unmoved = map.entrySet().iterator();
        assertThatThrownBy(unmoved::remove).isInstanceOf(IllegalStateException.class);
        Iterator<Map.Entry<String, JsonNode>> disturbed = map.entrySet().iterator();
        disturbed.next();
        map.put("c", NODES.nullNode());
        assertThatThrownBy(disturbed::next).isInstanceOf(ConcurrentModificationException.class);
        assertThatThrownBy(disturbed::remove).isInstanceOf(ConcurrentModificationException.class);
        Iterator<Map.Entry<String, JsonNode>> atTheEnd = map.entrySet().iterator();
        map.keySet().forEach(name -> atTheEnd.next());
        assertThatThrownBy(atTheEnd::next).isInstanceOf(NoSuchElementException.class);
    }

    /**
     * What users do with a document that was read: change it in every way that a node offers, copy it, compare it,
     * write it.
     */
    @Test
    void nodeThatWasRead_canBeUsedAsAnyOther() {
        String text = "{\"a\":1,\"b\":{\"c\":[1,2]},\"d\":\"x\"}";
        ObjectNode read = (ObjectNode) DocumentCodec.parse(text.getBytes(StandardCharsets.UTF_8), 0, text.length());
        ObjectNode built = (ObjectNode) DocumentCodec.MAPPER.readTree(text);

        assertThat(read).isEqualTo(built).hasSameHashCodeAs(built).hasToString(built.toString());
        assertThat(built).isEqualTo(read);
        assertThat(read.deepCopy()).isEqualTo(built);
        for (ObjectNode node : List.of(read, built)) {
            node.put("e", 5).set("a", NODES.stringNode("new"));
            node.remove(List.of("d", "unknown"));
            node.setAll(Map.of("f", NODES.booleanNode(true)));
            ((ObjectNode) node.get("b")).removeAll().put("g", 7);
            node.retain("a", "b", "e", "f");
            for (int i = 0; i < 30; i++) {
                node.put("many" + i, i);
            }
        }
        assertThat(read).isEqualTo(built).hasToString(built.toString());
        assertThat(read.deepCopy()).isEqualTo(built.deepCopy());
    }
}
