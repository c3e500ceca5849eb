package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import io.flowdb.json.Filter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.data.annotation.Version;
import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Slice;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;

/** A store with the rows of one user, or of two, as one of them sees it: {@link RowPolicyEveryMethodTest} asks both. */
final class RowPolicyWorld implements AutoCloseable {
    @ObjectStore
    record Secret(
            @Id String id,
            @Indexed String owner,
            @Indexed(unique = true) String code,
            int level) {}

    @ObjectStore
    record Sealed(@Id String id, String owner, @Version Long version) {}

    interface Level {
        int getLevel();
    }

    interface Secrets extends FlowDbRepository<Secret, String> {
        List<Secret> findByLevelGreaterThan(int level);

        Optional<Secret> findByCode(String code);

        List<Level> findByCodeStartingWithOrderByLevel(String prefix);

        Page<Secret> findByLevelLessThan(int level, Pageable page);

        Slice<Secret> findByOwnerNot(String owner, Pageable page);

        long countByLevel(int level);

        boolean existsByCode(String code);

        long deleteByLevel(int level);

        List<Secret> removeByCode(String code);

        Window<Secret> findFirst2ByOrderByLevelDesc(ScrollPosition position);

        Stream<Secret> streamByLevel(int level);

        @Query("owner = 'bob' or owner = 'ann' or level >= 0")
        List<Secret> sneaky();

        @Query(value = "level >= 0", delete = true)
        long sneakyDelete();
    }

    private static final List<String> USERS = List.of("ann", "bob");

    final TestDatabase database = TestDatabase.with(Secret.class, Sealed.class);
    final FlowDbTemplate template = database.template();
    final Secrets secrets = database.repository(Secrets.class);
    final String user;
    final String other;

    RowPolicyWorld(String user, boolean withOther) {
        this.user = user;
        this.other = user.equals("ann") ? "bob" : "ann";
        for (String owner : USERS) {
            if (withOther || owner.equals(user)) {
                template.insertAll(rowsOf(owner));
                template.insert(new Sealed(owner + "-sealed", owner, null));
            }
        }
        template.setRowPolicies(List.of(ownRowsOnly(Secret.class, user), ownRowsOnly(Sealed.class, user)));
    }

    static List<Secret> rowsOf(String owner) {
        return List.of(
                new Secret(owner + "1", owner, "code-" + owner + "1", 1),
                new Secret(owner + "2", owner, "code-" + owner + "2", 2),
                new Secret(owner + "3", owner, "code-" + owner + "3", 2));
    }

    /** The policy that shows {@code user} the rows that name it as their owner, and no others. */
    static <T> RowPolicy<T> ownRowsOnly(Class<T> type, String user) {
        return new RowPolicy<>() {
            @Override
            public Class<T> type() {
                return type;
            }

            @Override
            public Filter using(Conditions<T> rows) {
                return rows.eq("owner", user);
            }
        };
    }

    Secret mine(int level) {
        return new Secret(user + "1", user, "code-" + user + "1", level);
    }

    Secret fresh(String id) {
        return new Secret(id, user, "code-" + id, 5);
    }

    Secret theirs() {
        return new Secret(other + "1", other, "code-" + other + "1", 1);
    }

    List<String> ids() {
        return List.of(other + "1", user + "2", other + "-none", user + "1");
    }

    FlowDbQuery all() {
        return FlowDbQuery.all().withSort(Sort.by("level", "code"));
    }

    FlowDbQuery theirCode() {
        return FlowDbQuery.where(template.conditions(Secret.class).eq("code", "code-" + other + "1"));
    }

    /** A position in the middle of the rows of the other, as a client could make up. */
    KeysetScrollPosition madeUp() {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("level", 2);
        keys.put("id", other + "2");
        return ScrollPosition.of(keys, ScrollPosition.Direction.BACKWARD);
    }

    ExecutableQuery<Secret, Secret> query() {
        return template.query(Secret.class).sort(Sort.by("level"));
    }

    void assertOthersUntouched() {
        FlowDbOperations bare = template.bypassingRowPolicies("check");
        assertThat(bare.find(FlowDbQuery.where(bare.conditions(Secret.class).eq("owner", other)), Secret.class))
                .isEqualTo(rowsOf(other));
        assertThat(bare.findById(other + "-sealed", Sealed.class)).isEqualTo(new Sealed(other + "-sealed", other, 1L));
    }

    @Override
    public void close() {
        database.close();
    }
}
