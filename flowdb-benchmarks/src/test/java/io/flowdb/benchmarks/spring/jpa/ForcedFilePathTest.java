package io.flowdb.benchmarks.spring.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.benchmarks.spring.user.UserStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForcedFilePathTest {

    @TempDir
    Path dir;

    /** What lies in the file after the save is what a crash would leave; a forced write puts it on the disk as well. */
    @Test
    void save_copyOfTheFileAtOnce_hasTheUser() throws Exception {
        Path copy = Files.createDirectory(dir.resolve("copy"));
        Long id;
        try (UserStore<JpaUser> store = H2Configuration.startForced(dir.resolve("users"))) {
            JpaUser saved = store.repository().save(store.newUser("eve@example.org", "Rome", 20, "Eve"));
            id = Objects.requireNonNull(saved.id());
            Files.copy(
                    dir.resolve("users/users.mv.db"), copy.resolve("users.mv.db"), StandardCopyOption.REPLACE_EXISTING);
        }

        try (UserStore<JpaUser> store = H2Configuration.startForced(copy)) {
            assertThat(store.repository().findById(id))
                    .get()
                    .extracting(JpaUser::name)
                    .isEqualTo("Eve");
        }
    }
}
