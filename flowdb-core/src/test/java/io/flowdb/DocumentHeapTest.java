package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flowdb.error.LimitExceededException;
import io.flowdb.json.Direction;
import io.flowdb.json.Filter;
import io.flowdb.json.JsonDB;
import io.flowdb.json.KeyRange;
import io.flowdb.json.LiveQuery;
import io.flowdb.json.StoreSchema;
import io.flowdb.json.TransactionMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Many documents in a small heap: another JVM with 40 MiB. A sort with a large offset, a query's delete and changes
 * kept for a live query ended with {@link OutOfMemoryError}; they work now, or are refused with a limit, and nothing is
 * changed then.
 */
@Tag("heap")
class DocumentHeapTest {
    @TempDir
    Path dir;

    @Test
    void operations_overManyDocumentsInASmallHeap_workOrAreRefused() throws IOException, InterruptedException {
        List<String> options = List.of("-Xmx40m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        try (ChildJvm child = ChildJvm.start(options, Operations.class, dir.toString())) {
            for (String step : List.of("loaded", "sorted", "deleted", "refused", "range deleted", "observed")) {
                assertThat(nextStep(child)).isEqualTo("step " + step);
            }
        }
    }

    /** Leaves out what is logged, but for errors. */
    private static String nextStep(ChildJvm child) throws IOException {
        String line = child.readLine();
        while (line != null && !line.startsWith("step") && !line.startsWith("Exception")) {
            line = child.readLine();
        }
        return line;
    }

    /** The other JVM's part. Document i has rank (i times a prime) modulo their number, so each rank is there once. */
    static final class Operations {
        private static final int DOCUMENTS = 50_000;
        private static final long PRIME = 7_919;
        private static final int BATCH = 500;

        private final JsonDB db;

        private Operations(JsonDB db) {
            this.db = db;
        }

        public static void main(String[] args) throws InterruptedException {
            Config config = Config.builder()
                    .dataDir(Path.of(args[0]))
                    .walSyncMode(SyncMode.interval(Duration.ofSeconds(1)))
                    .build();
            try (JsonDB db = JsonDB.open(config)) {
                Operations operations = new Operations(db);
                operations.load();
                System.out.println("step loaded");
                operations.sort();
                System.out.println("step sorted");
                operations.delete();
                System.out.println("step deleted");
                operations.tooMuch();
                System.out.println("step refused");
                operations.deleteRange();
                System.out.println("step range deleted");
                operations.observe();
                System.out.println("step observed");
            }
        }

        private static ObjectNode document(int id) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("id", id)
                    .put("rank", rank(id))
                    .put("name", "n" + id % 100)
                    .put("text", "x".repeat(80));
        }

        private static int rank(int id) {
            return (int) (id * PRIME % DOCUMENTS);
        }

        private void load() {
            db.createObjectStore(StoreSchema.of("s", "id").withIndex("by_name", "name"));
            for (int from = 0; from < DOCUMENTS; from += BATCH) {
                List<ObjectNode> batch = new ArrayList<>(BATCH);
                for (int id = from; id < from + BATCH; id++) {
                    batch.add(document(id));
                }
                db.putAll("s", batch);
            }
        }

        private void sort() {
            List<JsonNode> page = db.query("s")
                    .orderBy("rank", Direction.DESC)
                    .offset(DOCUMENTS / 2)
                    .limit(3)
                    .collect();
            assertThat(page.stream().map(document -> document.get("rank").intValue()))
                    .containsExactly(DOCUMENTS / 2 - 1, DOCUMENTS / 2 - 2, DOCUMENTS / 2 - 3);
            assertThat(page)
                    .allSatisfy(document -> assertThat(document)
                            .isEqualTo(document(document.get("id").intValue())));
        }

        private void delete() {
            assertThat(db.query("s").where(Filter.lt("rank", 8_000)).delete()).isEqualTo(8_000);
            assertThat(db.count("s")).isEqualTo(DOCUMENTS - 8_000);
        }

        private void tooMuch() {
            assertRefused("commit bytes", () -> db.query("s").delete());
            assertRefused(
                    "transaction bytes",
                    () -> db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), t -> t.clear("s")));
            assertThat(db.count("s", KeyRange.lowerBound(-1))).isEqualTo(DOCUMENTS - 8_000);
        }

        private static void assertRefused(String limit, ThrowingCallable call) {
            assertThatExceptionOfType(LimitExceededException.class)
                    .isThrownBy(call)
                    .withMessageContaining("heap")
                    .satisfies(e -> assertThat(e.limitName()).isEqualTo(limit));
        }

        private void deleteRange() {
            long left = db.count("s", KeyRange.upperBound(5_000, true));
            assertThat(db.deleteRange("s", KeyRange.lowerBound(5_000))).isEqualTo(DOCUMENTS - 8_000 - left);
            assertThat(db.verifyIndexes("s").problems()).isEmpty();
            assertThat(db.verifyIndexes("s").documents()).isEqualTo(left);
        }

        /** The listener does not return while 60 MiB of changes come. */
        private void observe() throws InterruptedException {
            CountDownLatch written = new CountDownLatch(1);
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch seen = new CountDownLatch(2);
            try (LiveQuery live = db.observe(db.query("s").whereEq("id", -1), result -> {
                begun.countDown();
                seen.countDown();
                try {
                    written.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            })) {
                begun.await();
                for (int i = 0; i < 60; i++) {
                    db.put("s", document(-1).put("text", String.valueOf(i).repeat(250_000)));
                }
                written.countDown();
                seen.await();
                assertThat(live.failure()).isNull();
            }
        }
    }
}
