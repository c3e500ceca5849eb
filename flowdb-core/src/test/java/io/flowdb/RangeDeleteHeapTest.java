package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.error.ChangeGapException;
import io.flowdb.json.ChangeFeed;
import io.flowdb.json.ChangeRetention;
import io.flowdb.json.JsonDB;
import io.flowdb.json.JsonLimits;
import io.flowdb.json.KeyRange;
import io.flowdb.json.StoreSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The documents of a range that is deleted, and those of a whole store while changes are recorded, were held in memory until the commit, even if no
 * feed was open. Another JVM with 96 MiB of heap deletes ranges of 120 MiB.
 */
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

    /** The other JVM's part: 360 MiB of documents, a third of them for each delete. */
    static final class Deleter {
        private static final int DOCUMENTS = 18_000;
        private static final int THIRD = DOCUMENTS / 3;
        private static final int TEXT_BYTES = 20_000;
        private static final int BATCH = 50;

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
                load(db);
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

        private static void load(JsonDB db) {
            Random random = new Random(1);
            List<ObjectNode> documents = new ArrayList<>();
            for (int i = 0; i < DOCUMENTS; i++) {
                byte[] bytes = new byte[TEXT_BYTES * 3 / 4];
                random.nextBytes(bytes);
                documents.add(JsonNodeFactory.instance
                        .objectNode()
                        .put("id", i)
                        .put("v", i % 10)
                        .put("text", bytes));
                if (documents.size() == BATCH) {
                    db.putAll("s", documents);
                    documents.clear();
                }
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
