package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.InvalidQueryException;
import io.flowdb.internal.json.DocumentCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cursors in a transaction that writes while they walk, against "iterate a cursor" of the Indexed Database API 3.0 over
 * all records of that moment.
 */
class CursorModelTest {
    private static final StoreSchema SCHEMA = StoreSchema.of("s", "id")
            .withIndex("v", "v")
            .withIndex("vw", "v", "w")
            .withUniqueIndex("u", "u")
            .withMultiEntryIndex("m", "m");

    private static final List<String> SOURCES = List.of("", "v", "vw", "u", "m");

    /** A record of a source: its key as a list of numbers, and the primary key. */
    private record Entry(List<Long> key, long primaryKey) {
        static final Comparator<Entry> ORDER = Comparator.<Entry, List<Long>>comparing(
                        Entry::key, CursorModelTest::compare)
                .thenComparing(Entry::primaryKey);
    }

    private record Fields(long v, long w, List<Long> m) {}

    private final TreeMap<Long, Fields> documents = new TreeMap<>();
    private Random random;
    private String source;
    private CursorDirection direction;
    private long low;
    private long high;
    private Entry position;
    private boolean ended;

    private static int compare(List<Long> a, List<Long> b) {
        int different = Arrays.mismatch(a.toArray(), b.toArray());
        return different < 0
                ? 0
                : different == Math.min(a.size(), b.size())
                        ? Integer.compare(a.size(), b.size())
                        : Long.compare(a.get(different), b.get(different));
    }

    @Test
    void walks_whileTheTransactionWrites_equalTheSpecification() {
        long base = Long.getLong("flowdb.test.seed", System.nanoTime());
        System.out.println("walks_whileTheTransactionWrites_equalTheSpecification seed " + base);
        for (int round = 0; round < 400; round++) {
            random = new Random(base + round);
            documents.clear();
            JsonDB db = JsonDB.on(new MemoryStore());
            db.createObjectStore(SCHEMA);
            for (int i = 0; i < random.nextInt(20); i++) {
                put(db);
            }
            try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
                for (int i = 0; i < random.nextInt(6); i++) {
                    put(t);
                }
                for (int walk = 0; walk < 6; walk++) {
                    walk(t, "seed " + (base + round) + " walk " + walk);
                }
                t.commit();
            }
            assertThat(db.verifyIndexes("s").problems())
                    .as("seed " + (base + round))
                    .isEmpty();
        }
    }

    private void put(DocumentOperations to) {
        long id = random.nextInt(24);
        to.put("s", document(id));
    }

    private ObjectNode document(long id) {
        List<Long> m = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            m.add((long) random.nextInt(4));
        }
        Fields fields = new Fields(random.nextInt(4), random.nextInt(3), m);
        documents.put(id, fields);
        ObjectNode document = DocumentCodec.MAPPER.createObjectNode();
        document.put("id", id)
                .put("u", id / 2 * 2 + 100 * (id % 2))
                .put("v", fields.v)
                .put("w", fields.w);
        document.set("m", DocumentCodec.MAPPER.valueToTree(m));
        return document;
    }

    private TreeSet<Entry> records() {
        TreeSet<Entry> records = new TreeSet<>(Entry.ORDER);
        documents.forEach((id, fields) -> keys(id, fields).stream()
                .filter(key -> key.get(0) >= low && key.get(0) <= high)
                .forEach(key -> records.add(new Entry(key, id))));
        return records;
    }

    private Collection<List<Long>> keys(long id, Fields fields) {
        return switch (source) {
            case "" -> List.of(List.of(id));
            case "u" -> List.of(List.of(id / 2 * 2 + 100 * (id % 2)));
            case "v" -> List.of(List.of(fields.v));
            case "vw" -> List.of(List.of(fields.v, fields.w));
            default -> fields.m.stream().distinct().map(List::of).toList();
        };
    }

    private void walk(JsonTransaction t, String seed) {
        source = SOURCES.get(random.nextInt(SOURCES.size()));
        direction = CursorDirection.values()[random.nextInt(4)];
        boolean bounded = random.nextBoolean();
        low = bounded ? random.nextInt(3) : Long.MIN_VALUE;
        high = bounded ? low + random.nextInt(20) : Long.MAX_VALUE;
        position = null;
        ended = false;
        String what = seed + " source '" + source + "' " + direction + " [" + low + ", " + high + "]";
        KeyRange range = !bounded ? KeyRange.all() : range();
        try (JsonCursor cursor =
                source.isEmpty() ? t.openCursor("s", range, direction) : t.openCursor("s", source, range, direction)) {
            for (int step = 0; step < 40 && !ended; step++) {
                write(t, cursor);
                move(cursor, what + " step " + step);
            }
            assertThat(cursor.next()).as(what).isEqualTo(!ended && iterate(null, null));
        }
    }

    private KeyRange range() {
        return source.equals("vw")
                ? KeyRange.bound(List.of(low), List.of(high + 1), false, true)
                : KeyRange.bound(low, high, false, false);
    }

    private void write(JsonTransaction t, JsonCursor cursor) {
        switch (random.nextInt(8)) {
            case 0 -> put(t);
            case 1 -> {
                long id = random.nextInt(24);
                assertThat(t.delete("s", id)).isEqualTo(documents.remove(id) != null);
            }
            case 2 -> {
                if (position != null) {
                    cursor.update(document(position.primaryKey));
                }
            }
            case 3 -> {
                if (position != null) {
                    cursor.delete();
                    documents.remove(position.primaryKey);
                }
            }
            default -> {}
        }
    }

    private void move(JsonCursor cursor, String what) {
        int kind = random.nextInt(6);
        boolean found;
        boolean expected;
        if (kind == 0) {
            int count = 1 + random.nextInt(3);
            found = cursor.advance(count);
            expected = true;
            for (int i = 0; i < count && expected; i++) {
                expected = iterate(null, null);
            }
        } else if (kind == 1 || kind == 2) {
            boolean withPrimaryKey = kind == 2 && !source.isEmpty() && !direction.unique();
            List<Long> key = wantedKey(withPrimaryKey);
            Long primaryKey = withPrimaryKey ? (long) random.nextInt(25) : null;
            if (isRefused(key, primaryKey)) {
                assertThatThrownBy(() -> jump(cursor, key, primaryKey))
                        .as(what)
                        .isInstanceOf(InvalidQueryException.class);
                return;
            }
            found = jump(cursor, key, primaryKey);
            expected = iterate(key, primaryKey);
        } else {
            found = cursor.next();
            expected = iterate(null, null);
        }
        assertThat(found).as(what).isEqualTo(expected);
        if (found) {
            Object key = cursor.key();
            assertThat(new Entry(key instanceof List<?> list ? numbers(list) : List.of((Long) key), (Long)
                            cursor.primaryKey()))
                    .as(what)
                    .isEqualTo(position);
        }
    }

    private static List<Long> numbers(List<?> list) {
        return list.stream().map(Long.class::cast).toList();
    }

    private List<Long> wantedKey(boolean whole) {
        long first = random.nextInt(source.isEmpty() || source.equals("u") ? 26 : 5) - 1;
        if (!source.equals("vw")) {
            return List.of(first);
        }
        return random.nextInt(3) == 0 && !whole ? List.of(first) : List.of(first, random.nextInt(4) - 1L);
    }

    private boolean jump(JsonCursor cursor, List<Long> key, Long primaryKey) {
        Object value = source.equals("vw") ? key : key.get(0);
        return primaryKey == null ? cursor.continueTo(value) : cursor.continuePrimaryKey(value, primaryKey);
    }

    /** Steps 6 of continue and 11 to 14 of continuePrimaryKey: what does not lie in the cursor's direction. */
    private boolean isRefused(List<Long> key, Long primaryKey) {
        if (position == null) {
            return false;
        }
        int order = compare(key, position.key);
        if (order == 0 && primaryKey != null) {
            order = Long.compare(primaryKey, position.primaryKey);
        }
        return direction.reverse() ? order >= 0 : order <= 0;
    }

    /** The algorithm of the specification, record by record. */
    private boolean iterate(List<Long> key, Long primaryKey) {
        TreeSet<Entry> records = records();
        Stream<Entry> ordered = (direction.reverse() ? records.descendingSet() : records).stream();
        Optional<Entry> found = ordered.filter(record -> isAtOrBehind(record, key, primaryKey) && isBehind(record))
                .findFirst();
        if (direction == CursorDirection.PREVUNIQUE) {
            found = found.flatMap(last -> records.stream()
                    .filter(record -> record.key.equals(last.key))
                    .findFirst());
        }
        position = found.orElse(null);
        ended = found.isEmpty();
        return !ended;
    }

    private boolean isAtOrBehind(Entry record, List<Long> key, Long primaryKey) {
        if (key == null) {
            return true;
        }
        int order = compare(record.key, key);
        if (order == 0 && primaryKey != null) {
            order = Long.compare(record.primaryKey, primaryKey);
        }
        return direction.reverse() ? order <= 0 : order >= 0;
    }

    private boolean isBehind(Entry record) {
        if (position == null) {
            return true;
        }
        int order = direction.unique() ? compare(record.key, position.key) : Entry.ORDER.compare(record, position);
        return direction.reverse() ? order < 0 : order > 0;
    }
}
