package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.error.CorruptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A manifest with a damaged end, and a read-only engine, which cannot write one anew. */
class ReadOnlyDamageTest {
    @TempDir
    Path dir;

    private final TreeMap<String, String> content = new TreeMap<>();

    private Config config(boolean readOnly) {
        return Config.builder()
                .dataDir(dir)
                .autoBackground(false)
                .readOnly(readOnly)
                .build();
    }

    /** Every commit is in a table, and in no log. */
    @BeforeEach
    void fill() {
        try (Engine engine = Engine.open(config(false))) {
            for (int table = 0; table < 4; table++) {
                for (int i = 0; i < 10; i++) {
                    engine.write(FlowRecord.of("key" + i, table / 2, "value " + table));
                    content.put("key" + i + "@" + table / 2, "value " + table);
                }
                engine.flush();
            }
        }
    }

    private TreeMap<String, String> read() {
        try (Engine reader = Engine.open(config(true))) {
            return CrashModel.contentOf(reader);
        }
    }

    /**
     * A manifest cut short does not name the newest tables. A writer took that for the damage it is, for they hold
     * commits beyond it; a read-only engine gave the database of an earlier moment, without a word.
     */
    @Test
    void manifest_cutShort_isNeverAnEarlierMoment() throws IOException {
        Path manifest = dir.resolve("MANIFEST");
        byte[] whole = Files.readAllBytes(manifest);
        assertThat(read()).isEqualTo(content);
        int refused = 0;
        for (int part = 1; part <= 5; part++) {
            int length = whole.length * part / 6;
            Files.write(manifest, Arrays.copyOf(whole, length));
            try {
                assertThat(read()).as("cut to %d of %d", length, whole.length).isEqualTo(content);
            } catch (CorruptionException e) {
                assertThat(e.file()).isEqualTo(manifest.toString());
                refused++;
            }
        }
        assertThat(refused).isPositive();
        Files.write(manifest, whole);
        assertThat(read()).isEqualTo(content);
    }
}
