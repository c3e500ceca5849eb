package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.EngineClosedException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.cache.BlockCache;
import io.flowdb.internal.compaction.TableStore;
import io.flowdb.internal.compress.Codec;
import io.flowdb.internal.manifest.Manifest;
import io.flowdb.internal.manifest.ManifestEdit;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.memtable.Memtable;
import io.flowdb.internal.sstable.IndexMemory;
import io.flowdb.internal.sstable.SstOptions;
import io.flowdb.internal.storage.SstStorage;
import io.flowdb.internal.wal.Wal;
import io.flowdb.internal.wal.WalOptions;
import io.flowdb.testing.FaultyFileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is left when a flush ends between the manifest and the readers. */
class EnginePartsTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();

    private final FaultyFileSystem files = new FaultyFileSystem();
    private final List<FlowDbException> refusals = new ArrayList<>();

    /**
     * A table stood in the manifest and in no read state, and the engine went on: a later compaction dropped a delete
     * together with all that the state knew of below it, and at the next open the table brought back what was deleted.
     */
    @Test
    void flush_stateCannotBeReplacedAfterTheEdit_allowsNoLaterEdit() {
        files.createDirectories(DIRECTORY.resolve("sst"));
        files.createDirectories(DIRECTORY.resolve("wal"));
        Memtable memtable = new Memtable();
        WriteBatch batch = new WriteBatch().put(FlowRecord.of("key", 1, "value"));
        memtable.add(batch.encoded(), 0, 1);
        SstSet none = SstSet.of(List.of(), 1_000_000);
        ReadStates states = new ReadStates(new Memtable(), List.of(memtable), none);
        try (Manifest manifest = Manifest.open(files, DIRECTORY);
                Wal wal = Wal.open(
                        files,
                        DIRECTORY.resolve("wal"),
                        new WalOptions(1 << 20, false),
                        1,
                        (t, p, f, o) -> {},
                        manifest::renew)) {
            TableStore tables = new TableStore(
                    new SstStorage(files, DIRECTORY.resolve("sst")),
                    new SstOptions(4096, 10, Codec.NONE, 1 << 20),
                    new BlockCache(0),
                    new IndexMemory(0),
                    1);
            /* The clock is asked after the flush has taken its memtable: from there on the state refuses changes. */
            SnapshotRegistry snapshots = new SnapshotRegistry(() -> 1, () -> {
                states.close();
                return 0;
            });
            EngineParts parts = new EngineParts(states, tables, manifest, wal, snapshots, new EngineCounters(() -> 0));
            Flusher flusher = new Flusher(parts, refusals::add, () -> false);

            assertThatThrownBy(flusher::flushOldest).isInstanceOf(EngineClosedException.class);

            assertThat(manifest.state().tables())
                    .as("what the edit has made live")
                    .hasSize(1);
            assertThat(refusals).hasSize(1);
            assertThat(manifest.hasFailed()).isTrue();
            assertThatThrownBy(() -> manifest.apply(new ManifestEdit(List.of(), List.of(1L), 0, 0, 0)))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("Readers do not see");
        }
    }
}
