package io.flowdb.internal.memtable;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.OpCodec;
import io.flowdb.internal.base.PointLookup;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One writer and readers without locks on many small memtables: whoever has read a published sequence number finds
 * every entry up to it, by walks in both directions and by look-ups, while the arrays of nodes and of hashes grow. It
 * meets races that are too rare for {@code LincheckTest}.
 */
@Timeout(120)
class MemtableRaceTest {
    private static final int ROUNDS = Integer.getInteger("flowdb.test.raceRounds", 300);
    private static final int ENTRIES = 1_500;

    /** One memtable, the order in which keys are put into it, and how many are published. */
    private static final class Shared {
        private final Memtable memtable = new Memtable();
        private final int[] order = new int[ENTRIES];
        private volatile int published;

        Shared(Random random) {
            List<Integer> numbers = new ArrayList<>();
            for (int i = 0; i < ENTRIES; i++) {
                numbers.add(i);
            }
            Collections.shuffle(numbers, random);
            for (int i = 0; i < ENTRIES; i++) {
                order[i] = numbers.get(i);
            }
        }

        void fill() {
            for (int i = 0; i < ENTRIES; i++) {
                byte[] key = key(order[i]);
                byte[] encoded = new byte[OpCodec.HEADER_BYTES + 2 * key.length];
                OpCodec.setTs(encoded, 0, 7);
                OpCodec.setExpireAt(encoded, 0, Long.MAX_VALUE);
                OpCodec.encode(encoded, 0, Op.PUT, key, key);
                memtable.add(encoded, 0, i + 1);
                published = i + 1;
            }
        }

        void read() {
            while (published < ENTRIES) {
                checkWalk(true);
                for (int i = 0; i < 20; i++) {
                    checkLookUp();
                }
                checkWalk(false);
            }
        }

        private void checkWalk(boolean forward) {
            int atMost = published;
            int seen = 0;
            int last = forward ? -1 : ENTRIES;
            MemtableCursor cursor = (MemtableCursor) memtable.cursor();
            if (forward) {
                cursor.first();
            } else {
                cursor.last();
            }
            while (cursor.valid()) {
                int number = number(cursor.entry().keyArray(), cursor.entry().keyOffset());
                assertThat(number)
                        .isEqualTo(number(
                                cursor.entry().valueArray(), cursor.entry().valueOffset()));
                assertThat(forward ? number > last : number < last).isTrue();
                last = number;
                seen += cursor.entry().seqno() <= atMost ? 1 : 0;
                if (forward) {
                    cursor.next();
                } else {
                    cursor.back();
                }
            }
            assertThat(seen).as("entries up to %d", atMost).isEqualTo(atMost);
        }

        private void checkLookUp() {
            int atMost = published;
            if (atMost == 0) {
                return;
            }
            int entry = ThreadLocalRandom.current().nextInt(atMost);
            int node = memtable.find(key(order[entry]), 7, atMost);
            assertThat(node).as("entry %d of %d", entry + 1, atMost).isNotZero();
            PointLookup found = new PointLookup();
            memtable.show(node, found);
            assertThat(found.seqno()).isEqualTo(entry + 1);
            assertThat(number(found.value(), 0)).isEqualTo(order[entry]);
        }

        private static byte[] key(int number) {
            return ByteBuffer.allocate(4).putInt(number).array();
        }

        private static int number(byte[] from, int at) {
            return ByteBuffer.wrap(from).getInt(at);
        }
    }

    @Test
    void readers_besideTheWriter_findEverythingPublished() throws InterruptedException {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        Random random = new Random(seed);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int round = 0; round < ROUNDS && failure.get() == null; round++) {
            Shared shared = new Shared(random);
            List<Thread> threads =
                    List.of(reading(shared, failure), reading(shared, failure), new Thread(shared::fill));
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertThat(failure.get()).as("seed %d", seed).isNull();
    }

    private static Thread reading(Shared shared, AtomicReference<Throwable> failure) {
        return new Thread(() -> {
            try {
                shared.read();
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            }
        });
    }
}
