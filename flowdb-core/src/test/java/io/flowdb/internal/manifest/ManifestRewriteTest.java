package io.flowdb.internal.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.CorruptionException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.frame.FileHeader;
import io.flowdb.internal.frame.Frame;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import io.flowdb.testing.FaultyFileSystem.Loss;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The edit that has the manifest written anew meets a failure at each of its calls. It is recorded, or not recorded and
 * later edits are, or nobody knows and every later edit is refused: in each case the file says so after a power cut.
 */
class ManifestRewriteTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();

    /** What a call fails with. */
    private enum Kind {
        IO_ERROR,
        DISK_FULL,
        TOO_MANY_FILES;

        StorageException failure(Call call, Path path) {
            return switch (this) {
                case IO_ERROR -> FaultyFileSystem.ioError(call, path);
                case DISK_FULL -> new StorageException("Cannot " + call, new IOException("No space left"), true);
                case TOO_MANY_FILES -> StorageException.tooManyFiles("Cannot " + call, new IOException("Too many"));
            };
        }

        boolean mayMeet(Call call) {
            return this != TOO_MANY_FILES || call == Call.OPEN || call == Call.CREATE;
        }
    }

    /** A manifest that the next edit writes anew. */
    private static final class Grown {
        private final FaultyFileSystem files = new FaultyFileSystem();
        private final Manifest manifest;
        private long recorded;

        Grown() {
            files.createDirectories(DIRECTORY);
            files.syncDirectory(Path.of("/data").toAbsolutePath());
            files.syncDirectory(DIRECTORY.getRoot());
            manifest = Manifest.open(files, DIRECTORY);
            manifest.renew();
            while (fileBytes() - FileHeader.BYTES - Frame.OVERHEAD_BYTES <= 256 << 10) {
                recorded++;
                manifest.keepUsed(recorded);
            }
        }

        int fileBytes() {
            return files.content(DIRECTORY.resolve("MANIFEST")).length;
        }

        /** What a manifest read after a power cut may say. */
        void checkAfterPowerCut(long atLeast, long atMost) {
            for (Loss loss : Loss.values()) {
                for (int seed = 0; seed < (loss == Loss.RANDOM ? 20 : 1); seed++) {
                    FaultyFileSystem found = files.afterPowerCut(loss, new Random(seed));
                    assertThat(Manifest.read(found, DIRECTORY).nextFileId())
                            .as("%s, seed %d", loss, seed)
                            .isBetween(atLeast, atMost);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void rewrite_failsAtAnyCall_isRecordedOrNotOrRefusesWhatComes(Kind kind) {
        int failed = 0;
        int refused = 0;
        boolean met = true;
        for (int failAt = 1; met; failAt++) {
            Grown grown = new Grown();
            AtomicInteger left = new AtomicInteger(failAt);
            grown.files.setFault((call, path) -> {
                if (kind.mayMeet(call) && left.decrementAndGet() == 0) {
                    throw kind.failure(call, path);
                }
            });
            long before = grown.recorded;
            boolean recorded = apply(grown.manifest, before + 1);
            met = left.get() <= 0;
            grown.files.setFault((call, path) -> {});
            if (grown.manifest.hasFailed()) {
                refused++;
                assertThat(kind).as("call %d", failAt).isNotEqualTo(Kind.TOO_MANY_FILES);
                assertThatThrownBy(() -> grown.manifest.keepUsed(before + 2)).isInstanceOf(StorageException.class);
                grown.checkAfterPowerCut(before, before + 1);
            } else {
                failed += recorded ? 0 : 1;
                long now = recorded ? before + 1 : before;
                assertThat(grown.manifest.state().nextFileId()).isEqualTo(now);
                grown.checkAfterPowerCut(now, now);
                grown.manifest.verify();
                for (long next = before + 2; next < before + 5; next++) {
                    grown.manifest.keepUsed(next);
                    grown.checkAfterPowerCut(next, next);
                }
                grown.manifest.verify();
            }
            grown.manifest.close();
            long last = Manifest.read(grown.files, DIRECTORY).nextFileId();
            try (Manifest again = Manifest.open(grown.files, DIRECTORY)) {
                again.renew();
                again.keepUsed(last + 1);
                grown.checkAfterPowerCut(last + 1, last + 1);
            }
        }
        assertThat(failed + refused)
                .as("calls that failed")
                .isGreaterThanOrEqualTo(kind == Kind.TOO_MANY_FILES ? 2 : 5);
        assertThat(refused > 0).isEqualTo(kind != Kind.TOO_MANY_FILES);
    }

    private static boolean apply(Manifest manifest, long nextFileId) {
        try {
            manifest.keepUsed(nextFileId);
            return true;
        } catch (StorageException e) {
            return false;
        }
    }

    /**
     * The rewritten file has to be opened for the next edit. Without a descriptor that edit fails, and nothing else
     * does.
     */
    @Test
    void edit_behindARewriteWithoutFreeDescriptors_isNotRecordedAndMayBeTriedAgain() {
        Grown grown = new Grown();
        grown.manifest.keepUsed(grown.recorded + 1);
        assertThat(grown.fileBytes()).as("written anew").isLessThan(1_000);
        grown.files.setFault((call, path) -> {
            if (Kind.TOO_MANY_FILES.mayMeet(call)) {
                throw Kind.TOO_MANY_FILES.failure(call, path);
            }
        });
        assertThatThrownBy(() -> grown.manifest.keepUsed(grown.recorded + 2))
                .isInstanceOfSatisfying(
                        StorageException.class,
                        e -> assertThat(e.tooManyFiles()).isTrue());
        assertThat(grown.manifest.hasFailed()).isFalse();
        grown.files.setFault((call, path) -> {});
        grown.manifest.keepUsed(grown.recorded + 2);
        grown.checkAfterPowerCut(grown.recorded + 2, grown.recorded + 2);
    }

    /** What an edit that ended half-way had left in the file was reported as damage. */
    @Test
    void verify_afterAnEditThatFailed_doesNotReadTheFile() {
        Grown grown = new Grown();
        grown.manifest.verify();
        grown.manifest.fail(new StorageException("An edit ended half-way", null));
        byte[] content = grown.files.content(DIRECTORY.resolve("MANIFEST"));
        content[FileHeader.BYTES]++;
        grown.files.replace(DIRECTORY.resolve("MANIFEST"), content);
        grown.manifest.verify();
        assertThatThrownBy(() -> Manifest.read(grown.files, DIRECTORY)).isInstanceOf(CorruptionException.class);
    }
}
