package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.CommitOutcome;
import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.OrderedStore;
import io.flowdb.Preconditions;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Numbers of documents beside writers: each is that of a committed state, and none goes back. */
@Timeout(60)
class StoreCountsTest {
    private static final int DOCUMENTS = 100;
    private static final int COUNTS = 5_000;
    private static final int WRITES = 2_000;

    private static List<JsonNode> documents(int from) {
        List<JsonNode> documents = new ArrayList<>();
        for (int i = from; i < from + DOCUMENTS; i++) {
            documents.add(json("{'id':" + i + "}"));
        }
        return documents;
    }

    /** The differences of a commit were added one by one: 100 documents were 30 for a moment. */
    @Test
    void count_whileAllDocumentsAreReplaced_isAlwaysThatOfACommit() throws InterruptedException {
        try (Engine engine = Engine.open(Config.builder().inMemory(true).build());
                JsonDB db = JsonDB.on(engine)) {
            db.createObjectStore("s", "id");
            db.putAll("s", documents(0));
            AtomicBoolean stop = new AtomicBoolean();
            Thread writer = new Thread(() -> {
                for (int base = 0; !stop.get(); base += DOCUMENTS) {
                    int from = base;
                    db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), t -> {
                        t.deleteRange("s", KeyRange.all());
                        return t.putAll("s", documents(from + DOCUMENTS));
                    });
                }
            });
            writer.start();
            TreeSet<Long> seen = new TreeSet<>();
            for (int i = 0; i < COUNTS; i++) {
                seen.add(db.count("s"));
            }
            stop.set(true);
            writer.join();
            assertThat(seen).containsExactly((long) DOCUMENTS);
        }
    }

    /** A document was to be seen before it was counted. */
    @Test
    void count_besideWriters_isNeverOlderThanWhatWasReadBefore() {
        try (Engine engine = Engine.open(Config.builder().inMemory(true).build());
                JsonDB db = JsonDB.on(engine)) {
            db.createObjectStore("s", "id");
            assertThat(db.count("s")).isZero();
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int first = i * WRITES;
                Thread writer = new Thread(() -> {
                    for (int id = first; id < first + WRITES; id++) {
                        db.put("s", json("{'id':" + id + "}"));
                        db.put("s", json("{'id':" + id + ",'again':true}"));
                    }
                });
                writer.start();
                writers.add(writer);
            }
            while (writers.stream().anyMatch(Thread::isAlive)) {
                long before = db.query("s").count();
                long counted = db.count("s");
                long after = db.query("s").count();
                assertThat(counted).isBetween(before, after);
            }
            assertThat(db.count("s")).isEqualTo(3 * WRITES);
        }
    }

    /** A commit that is visible and does not return, behind one that began before and is not visible yet. */
    @Test
    void count_besideACommitThatDoesNotReturn_walksInsteadOfWaiting() throws InterruptedException {
        try (Engine engine = Engine.open(Config.builder().inMemory(true).build())) {
            CountDownLatch stored = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            OrderedStore slow = new PassThroughStore(engine) {
                @Override
                public CommitOutcome commit(WriteBatch batch, Preconditions preconditions, WriteOptions options) {
                    CommitOutcome outcome = super.commit(batch, preconditions, options);
                    if (Thread.currentThread().getName().equals("slow")) {
                        stored.countDown();
                        try {
                            goOn.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                    return outcome;
                }
            };
            try (JsonDB db = JsonDB.on(slow)) {
                db.createObjectStore("s", "id");
                db.put("s", json("{'id':1}"));
                assertThat(db.count("s")).isEqualTo(1);
                Thread committer = new Thread(() -> db.put("s", json("{'id':2}")), "slow");
                committer.start();
                stored.await();
                assertThat(db.count("s")).isEqualTo(2);
                db.put("s", json("{'id':3}"));
                assertThat(db.count("s")).isEqualTo(3);
                goOn.countDown();
                committer.join();
                assertThat(db.count("s")).isEqualTo(3);
                db.delete("s", 1);
                assertThat(db.count("s")).isEqualTo(2);
            }
        }
    }
}
