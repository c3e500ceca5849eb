package io.flowdb.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.StorageException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Files in memory answer as those on a disk do. */
class MemoryFileSystemTest {
    private static final Path FROM = Path.of("/data/from");
    private static final Path TO = Path.of("/data/to");

    private final MemoryFileSystem files = new MemoryFileSystem();

    private void make(Path path, int bytes) {
        files.create(path).write(ByteBuffer.allocate(bytes), 0);
    }

    /** The file that had the name was lost, where one on a disk stays. */
    @Test
    void linkOrCopy_ontoAFile_isRefused() {
        make(FROM, 1);
        make(TO, 2);
        assertThatThrownBy(() -> files.linkOrCopy(FROM, TO))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("exists");
        assertThat(files.open(TO).size()).isEqualTo(2);
        files.delete(TO);
        files.linkOrCopy(FROM, TO);
        assertThat(files.open(TO).size()).isEqualTo(1);
    }
}
