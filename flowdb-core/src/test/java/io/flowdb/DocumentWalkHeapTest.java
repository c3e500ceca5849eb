package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.json.CursorDirection;
import io.flowdb.json.Direction;
import io.flowdb.json.Document;
import io.flowdb.json.DocumentScan;
import io.flowdb.json.ExportFormat;
import io.flowdb.json.JsonCursor;
import io.flowdb.json.JsonDB;
import io.flowdb.json.JsonTransaction;
import io.flowdb.json.KeyRange;
import io.flowdb.json.StoreSchema;
import io.flowdb.json.TransactionMode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * T-64: walks over documents stream. Another JVM with 96 MiB of heap walks 160 MiB of documents in every way, while
 * they are overwritten.
 */
@Tag("heap")
class DocumentWalkHeapTest {
    @TempDir
    Path dir;

    @Test
    void walks_overMoreThanTheHeap_stream() throws IOException, InterruptedException {
        try (ChildJvm child = ChildJvm.start(Walker.class, dir.toString())) {
            for (String step : List.of("loaded", "cursor", "index cursors", "scan", "query", "export", "transaction")) {
                assertThat(child.readLine()).isEqualTo(step);
            }
        }
    }

    /** The other JVM's part. */
    static final class Walker {
        private static final int DOCUMENTS = 8000;

        private Walker() {}

        public static void main(String[] args) {
            Config config = Config.builder()
                    .dataDir(Path.of(args[0]))
                    .memtableSize(4 << 20)
                    .blockCacheCapacity(8 << 20)
                    .walSyncMode(SyncMode.interval(Duration.ofHours(1)))
                    .build();
            try (JsonDB db = JsonDB.open(config)) {
                db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
                LargeDocuments.load(db, DOCUMENTS, 0);
                System.out.println("loaded");
                try (JsonCursor cursor = db.openCursor("s", KeyRange.all(), CursorDirection.PREV)) {
                    assertThat(cursor.next()).isTrue();
                    LargeDocuments.load(db, DOCUMENTS, 1);
                    assertThat(values(cursor, 0)).isEqualTo(DOCUMENTS - 1);
                }
                System.out.println("cursor");
                indexCursors(db);
                System.out.println("index cursors");
                try (DocumentScan scan = db.scan("s")) {
                    assertThat(scan.stream().filter(Walker::isWhole).count()).isEqualTo(DOCUMENTS);
                }
                System.out.println("scan");
                try (Stream<JsonNode> rows =
                        db.query("s").whereRange("v", 2, 8).orderBy("v", Direction.DESC).stream()) {
                    assertThat(rows.filter(row -> row.get("text").asString().length() == LargeDocuments.TEXT_BYTES)
                                    .count())
                            .isEqualTo(6 * DOCUMENTS / LargeDocuments.GROUPS);
                }
                System.out.println("query");
                assertThat(db.exportJson("s", OutputStream.nullOutputStream(), ExportFormat.NDJSON, count -> {}))
                        .isEqualTo(DOCUMENTS);
                System.out.println("export");
                try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
                    t.delete("s", 0);
                    try (JsonCursor cursor = t.openCursor("s", "v", KeyRange.all(), CursorDirection.NEXT)) {
                        assertThat(values(cursor, 1)).isEqualTo(DOCUMENTS - 1);
                    }
                    t.commit();
                }
                System.out.println("transaction");
            }
        }

        private static boolean isWhole(Document document) {
            return document.json().get("text").asString().length() == LargeDocuments.TEXT_BYTES;
        }

        private static long values(JsonCursor cursor, int version) {
            long seen = 0;
            while (cursor.next()) {
                JsonNode document = cursor.value();
                assertThat(document.get("version").intValue()).isEqualTo(version);
                seen++;
            }
            return seen;
        }

        private static void indexCursors(JsonDB db) {
            try (JsonCursor cursor = db.openCursor("s", "v", KeyRange.all(), CursorDirection.NEXT)) {
                assertThat(values(cursor, 1)).isEqualTo(DOCUMENTS);
            }
            try (JsonCursor cursor = db.openCursor("s", "v", KeyRange.all(), CursorDirection.PREVUNIQUE)) {
                assertThat(values(cursor, 1)).isEqualTo(LargeDocuments.GROUPS);
            }
        }
    }
}
