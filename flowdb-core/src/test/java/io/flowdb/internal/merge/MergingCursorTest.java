package io.flowdb.internal.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.base.InternalCursor;
import io.flowdb.internal.base.InternalEntry;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.OpCodec;
import io.flowdb.internal.base.ShownEntry;
import io.flowdb.internal.memtable.Memtable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Merges of memtables, and the versions of each, against sorted lists. */
class MergingCursorTest {
    private static final int ROUNDS = 400;
    private static final Comparator<Place> INTERNAL_ORDER = Comparator.comparing(Place::key)
            .thenComparing(Place::ts)
            .thenComparing(Place::seqno, Comparator.reverseOrder());

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Memtable> memtables = new ArrayList<>();
    private final List<List<Place>> contents = new ArrayList<>();

    private record Place(String key, long ts, long seqno) {
        static Place of(InternalEntry entry) {
            String key =
                    new String(entry.keyArray(), entry.keyOffset(), entry.keyLength(), StandardCharsets.ISO_8859_1);
            return new Place(key, entry.ts(), entry.seqno());
        }
    }

    @Test
    void walk_anySourcesAndBounds_isAllEntriesInOrder() {
        for (int round = 0; round < ROUNDS; round++) {
            fill();
            String start = random.nextBoolean() ? null : key();
            String end = random.nextBoolean() ? null : key();
            List<Place> expected = contents.stream()
                    .flatMap(List::stream)
                    .filter(p -> (start == null || p.key().compareTo(start) >= 0)
                            && (end == null || p.key().compareTo(end) < 0))
                    .sorted(INTERNAL_ORDER)
                    .toList();
            List<Place> found = new ArrayList<>();
            List<InternalCursor> sources =
                    memtables.stream().map(Memtable::cursor).toList();
            try (MergingCursor cursor = new MergingCursor(sources, bytes(start), bytes(end))) {
                for (; cursor.valid(); cursor.next()) {
                    found.add(Place.of(cursor.entry()));
                }
            }
            assertThat(found).as("flowdb.test.seed=%d round %d", seed, round).isEqualTo(expected);
        }
    }

    @Test
    void versions_ofAMemtable_showTheNewestAtOrBelow() {
        for (int round = 0; round < ROUNDS; round++) {
            fill();
            long atMost = random.nextInt(120);
            List<Place> all = contents.get(0).stream().sorted(INTERNAL_ORDER).toList();
            List<Place> expected = new ArrayList<>();
            for (Place p : all) {
                Place last = expected.isEmpty() ? null : expected.get(expected.size() - 1);
                boolean another = last == null || !last.key().equals(p.key()) || last.ts() != p.ts();
                Place shown = p.seqno() <= atMost ? p : new Place(p.key(), p.ts(), 0);
                if (another) {
                    expected.add(shown);
                } else if (last.seqno() == 0) {
                    expected.set(expected.size() - 1, shown);
                }
            }
            List<Place> forward = new ArrayList<>();
            List<Place> backward = new ArrayList<>();
            try (InternalCursor cursor = memtables.get(0).cursor()) {
                cursor.first();
                for (ShownEntry shown = new ShownEntry(); cursor.nextVersion(atMost, shown); ) {
                    forward.add(Place.of(shown));
                }
                cursor.last();
                for (ShownEntry shown = new ShownEntry(); cursor.previousVersion(atMost, shown); ) {
                    backward.add(Place.of(shown));
                }
            }
            Collections.reverse(backward);
            assertThat(forward).as("flowdb.test.seed=%d round %d", seed, round).isEqualTo(expected);
            assertThat(backward).as("flowdb.test.seed=%d round %d", seed, round).isEqualTo(expected);
        }
    }

    private void fill() {
        memtables.clear();
        contents.clear();
        int sources = 1 + random.nextInt(6);
        Stream.generate(Memtable::new).limit(sources).forEach(memtables::add);
        Stream.generate(() -> new ArrayList<Place>()).limit(sources).forEach(contents::add);
        int entries = random.nextInt(100);
        for (int seqno = 1; seqno <= entries; seqno++) {
            Place place = new Place(key(), random.nextInt(3), seqno);
            int source = random.nextInt(sources);
            put(memtables.get(source), place);
            contents.get(source).add(place);
        }
    }

    private static void put(Memtable memtable, Place place) {
        byte[] key = bytes(place.key());
        byte[] op = new byte[OpCodec.HEADER_BYTES + key.length];
        OpCodec.encode(op, 0, Op.PUT, key, OpCodec.EMPTY);
        OpCodec.setTs(op, 0, place.ts());
        OpCodec.setExpireAt(op, 0, Long.MAX_VALUE);
        memtable.add(op, 0, place.seqno());
    }

    private String key() {
        return "k".repeat(random.nextInt(12))
                + (char) ('a' + random.nextInt(20))
                + (random.nextBoolean() ? "\u00e9" : "");
    }

    private static byte[] bytes(String key) {
        return key == null ? null : key.getBytes(StandardCharsets.ISO_8859_1);
    }
}
