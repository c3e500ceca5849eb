package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.error.ChangeGapException;
import io.flowdb.json.ChangeFeed;
import io.flowdb.json.ChangeRetention;
import io.flowdb.json.IndexCheck;
import io.flowdb.json.JsonDB;
import io.flowdb.json.JsonLimits;
import io.flowdb.json.KeyRange;
import io.flowdb.json.StoreSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The documents of a range that is deleted, and those of a whole store while changes are recorded, were held in memory
 * until the commit, even if no feed was open. Another JVM with 96 MiB of heap deletes ranges of 120 MiB.
 */
@Tag("heap")
class RangeDeleteHeapTest {
    @TempDir
    Path dir;

    @Test
    void deletes_largerThanTheHeap_needABoundedPartOfIt() throws IOException, InterruptedException {
        try (ChildJvm child = ChildJvm.start(Deleter.class, dir.toString())) {
            assertThat(child.readLine()).isEqualTo("loaded");
            assertThat(child.readLine()).isEqualTo("range deleted");
            assertThat(child.readLine()).isEqualTo("range deleted, recording");
            assertThat(child.readLine()).isEqualTo("cleared, recording");
        }
    }

    /**
     * The index entries of 300,000 documents were collected in one batch, which 96 MiB did not hold; fewer than
     * the whole store, so that no range of an index can go at once.
     */
    @Test
    void deletes_moreEntriesThanTheHeapHolds_needABoundedPartOfIt() throws IOException, InterruptedException {
        List<String> options = List.of("-Xmx96m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        try (ChildJvm child = ChildJvm.start(options, EntriesDeleter.class, dir.toString())) {
            assertThat(child.readLine()).isEqualTo("loaded");
            assertThat(child.readLine()).isEqualTo("range deleted");
            assertThat(child.readLine()).isEqualTo("verified");
        }
    }

    /** The other JVM's part: all but a few of 300,000 documents with two indexes. */
    static final class EntriesDeleter {
        private static final int DOCUMENTS = 300_000;
        private static final int BATCH = 5000;
        private static final int KEPT = 10;

        private EntriesDeleter() {}

        public static void main(String[] args) {
            Config config = Config.builder()
                    .dataDir(Path.of(args[0]))
                    .memtableSize(4 << 20)
                    .blockCacheCapacity(8 << 20)
                    .indexMemoryBudget(8 << 20)
                    .walSyncMode(SyncMode.interval(Duration.ofHours(1)))
                    .build();
            try (JsonDB db = JsonDB.open(config)) {
                db.createObjectStore(
                        StoreSchema.of("s", "id").withIndex("v", "v").withUniqueIndex("u", "u"));
                List<ObjectNode> documents = new ArrayList<>();
                for (int i = 0; i < DOCUMENTS; i++) {
                    documents.add(JsonNodeFactory.instance
                            .objectNode()
                            .put("id", i)
                            .put("v", "value " + i % 1000)
                            .put("u", "user-" + i + "@example.org"));
                    if (documents.size() == BATCH) {
                        db.putAll("s", documents);
                        documents.clear();
                    }
                }
                System.out.println("loaded");
                assertThat(db.deleteRange("s", KeyRange.lowerBound(KEPT))).isEqualTo(DOCUMENTS - KEPT);
                System.out.println("range deleted");
                assertThat(db.count("s")).isEqualTo(KEPT);
                assertThat(db.verifyIndexes("s")).isEqualTo(new IndexCheck(KEPT, 2 * KEPT, List.of()));
                System.out.println("verified");
            }
        }
    }

    /** The other JVM's part: 360 MiB of documents, a third of them for each delete. */
    static final class Deleter {
        private static final int DOCUMENTS = 18_000;
        private static final int THIRD = DOCUMENTS / 3;

        private Deleter() {}

        public static void main(String[] args) throws InterruptedException {
            Config config = Config.builder()
                    .dataDir(Path.of(args[0]))
                    .memtableSize(4 << 20)
                    .blockCacheCapacity(8 << 20)
                    .walSyncMode(SyncMode.interval(Duration.ofHours(1)))
                    .build();
            JsonLimits limits = JsonLimits.DEFAULT.withChangeRetention(ChangeRetention.DEFAULT.withBytes(4 << 20));
            try (JsonDB db = JsonDB.open(config, limits)) {
                db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
                LargeDocuments.load(db, DOCUMENTS, 1);
                System.out.println("loaded");
                delete(db, KeyRange.upperBound(THIRD, true));
                System.out.println("range deleted");
                ChangeFeed feed = db.changes();
                feed.close();
                delete(db, KeyRange.upperBound(2 * THIRD, true));
                System.out.println("range deleted, recording");
                delete(db, KeyRange.all());
                expectGap(db, feed.position());
                System.out.println("cleared, recording");
            }
        }

        private static void delete(JsonDB db, KeyRange range) {
            assertThat(db.deleteRange("s", range)).isEqualTo(THIRD);
        }

        private static void expectGap(JsonDB db, long position) throws InterruptedException {
            try {
                db.changes(position);
            } catch (ChangeGapException e) {
                return;
            }
            throw new AssertionError("changes larger than the retention were kept");
        }
    }
}
