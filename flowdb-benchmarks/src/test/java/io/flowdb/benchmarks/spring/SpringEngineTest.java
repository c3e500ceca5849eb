package io.flowdb.benchmarks.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.benchmarks.spring.user.StoredUser;
import io.flowdb.benchmarks.spring.user.UserRepository;
import io.flowdb.benchmarks.spring.user.UserStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.dao.DataAccessException;

class SpringEngineTest {

    @TempDir
    Path dir;

    @ParameterizedTest
    @EnumSource
    void repository_everyCall_answersAlike(SpringEngine engine) throws Exception {
        try (UserStore<?> store = engine.start(dir)) {
            useAll(store);
        }
    }

    private <U extends StoredUser> void useAll(UserStore<U> store) {
        UserRepository<U> users = store.repository();
        U ann = users.save(store.newUser("ann@example.org", "Rome", 30, "Ann"));
        List<U> others = users.saveAll(List.of(
                store.newUser("bob@example.org", "Rome", 40, "Bob"),
                store.newUser("cid@example.org", "Oslo", 50, "Cid")));

        Long id = Objects.requireNonNull(ann.id());
        assertThat(users.findById(id))
                .get()
                .extracting(StoredUser::name, StoredUser::age)
                .containsExactly("Ann", 30);
        assertThat(users.findById(id + 1_000_000)).isEmpty();
        assertThat(users.findByEmail("cid@example.org"))
                .get()
                .extracting(StoredUser::id)
                .isEqualTo(others.get(1).id());
        assertThat(users.findByEmail("nobody@example.org")).isEmpty();
        assertThat(users.findByCity("Rome")).extracting(StoredUser::name).containsExactlyInAnyOrder("Ann", "Bob");
        assertThat(users.findByCity("Paris")).isEmpty();
        assertThatThrownBy(() -> users.save(store.newUser("ann@example.org", "Bern", 60, "Other Ann")))
                .isInstanceOf(DataAccessException.class);
        assertThat(users.count()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void start_existingDatabase_findsWhatWasSaved(SpringEngine engine) throws Exception {
        Long id;
        try (UserStore<?> store = engine.start(dir)) {
            id = save(store);
        }

        try (UserStore<?> store = engine.start(dir)) {
            assertThat(store.repository().findById(id))
                    .get()
                    .extracting(StoredUser::name)
                    .isEqualTo("Dan");
        }
    }

    private static <U extends StoredUser> Long save(UserStore<U> store) {
        U saved = store.repository().save(store.newUser("dan@example.org", "Rome", 70, "Dan"));
        return Objects.requireNonNull(saved.id());
    }
}
