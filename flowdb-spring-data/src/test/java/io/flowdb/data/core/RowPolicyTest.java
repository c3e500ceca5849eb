package io.flowdb.data.core;

import static io.flowdb.data.core.RowPolicyWorld.ownRowsOnly;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.core.RowPolicyWorld.Sealed;
import io.flowdb.data.core.RowPolicyWorld.Secret;
import io.flowdb.data.core.RowPolicyWorld.Secrets;
import io.flowdb.json.Filter;
import io.flowdb.json.IndexSchema;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.data.domain.Example;
import org.springframework.data.domain.ExampleMatcher;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;
import org.springframework.transaction.support.TransactionTemplate;

/** As one of two users, nothing of the other can be seen, counted, changed or guessed, by any method. */
class RowPolicyTest {

    private static final String USER = "ann";

    private final TestDatabase database = TestDatabase.with(Secret.class, Sealed.class);
    private final FlowDbTemplate template = database.template();
    private final Secrets secrets = database.repository(Secrets.class);

    @BeforeEach
    void store() {
        template.insertAll(List.of(
                new Secret("a1", "ann", "ca1", 1),
                new Secret("a2", "ann", "ca2", 2),
                new Secret("b1", "bob", "cb1", 1),
                new Secret("b2", "bob", "cb2", 2)));
        template.setRowPolicies(List.of(ownRowsOnly(Secret.class, USER)));
    }

    @AfterEach
    void nothingOfBobChanged() {
        FlowDbOperations all = template.bypassingRowPolicies("check");
        assertThat(all.find(FlowDbQuery.where(all.conditions(Secret.class).eq("owner", "bob")), Secret.class))
                .containsExactly(new Secret("b1", "bob", "cb1", 1), new Secret("b2", "bob", "cb2", 2));
        database.close();
    }

    @Test
    void reads_everyMethod_showOwnRowsOnly() {
        List<String> own = List.of("a1", "a2");
        assertThat(secrets.findAll()).extracting(Secret::id).isEqualTo(own);
        assertThat(secrets.findAll(Sort.by("level"))).extracting(Secret::id).isEqualTo(own);
        assertThat(secrets.findAll(Limit.of(10))).extracting(Secret::id).isEqualTo(own);
        assertThat(secrets.findAll(PageRequest.of(0, 1)).getTotalElements()).isEqualTo(2);
        assertThat(secrets.findAllById(List.of("b1", "a2", "a1")))
                .extracting(Secret::id)
                .containsExactly("a2", "a1");
        assertThat(secrets.findById("b1")).isEmpty();
        assertThat(secrets.findById("a1")).isPresent();
        assertThat(secrets.existsById("b1")).isFalse();
        assertThat(secrets.existsById("a1")).isTrue();
        assertThat(secrets.count()).isEqualTo(2);
        assertThat(secrets.findByLevelGreaterThan(0)).extracting(Secret::id).isEqualTo(own);
        assertThat(secrets.findByCode("cb1")).isEmpty();
        assertThat(secrets.countByLevel(1)).isEqualTo(1);
        assertThat(secrets.existsByCode("cb1")).isFalse();
        assertThat(secrets.sneaky()).extracting(Secret::id).isEqualTo(own);
        assertThat(secrets.findFirst2ByOrderByLevelDesc(ScrollPosition.keyset()))
                .extracting(Secret::id)
                .containsExactly("a2", "a1");
        assertThat(secrets.findFirst2ByOrderByLevelDesc(ScrollPosition.offset()))
                .hasSize(2);
        try (Stream<Secret> stream = secrets.streamByLevel(1)) {
            assertThat(stream).extracting(Secret::id).containsExactly("a1");
        }
        try (Stream<Secret> stream = secrets.stream()) {
            assertThat(stream).hasSize(2);
        }
        Example<Secret> level = Example.of(new Secret(null, null, null, 1), ExampleMatcher.matching());
        assertThat(secrets.findAll(level)).extracting(Secret::id).containsExactly("a1");
        assertThat(secrets.count(level)).isEqualTo(1);
    }

    @Test
    void deletes_everyMethod_leaveForeignRows() {
        secrets.deleteById("b1");
        secrets.delete(new Secret("b1", "bob", "cb1", 1));
        secrets.delete(new Secret("b1", "ann", "cb1", 1));
        secrets.deleteAllById(List.of("b1", "b2"));
        secrets.deleteAll(List.of(new Secret("b2", "ann", "x", 1)));
        assertThat(secrets.removeByCode("cb1")).isEmpty();
        assertThat(secrets.deleteByLevel(1)).isEqualTo(1);
        secrets.deleteAll();
        assertThat(secrets.count()).isZero();
    }

    @Test
    void writes_ofForeignOrForForeigners_areDenied() {
        for (Secret bad : List.of(
                new Secret("b1", "ann", "new", 1),
                new Secret("b1", "bob", "cb1", 9),
                new Secret("a1", "bob", "ca1", 1),
                new Secret("x", "bob", "cx", 1),
                new Secret("y", "ann", "cb1", 1))) {
            assertThatThrownBy(() -> secrets.save(bad))
                    .as("%s", bad)
                    .isInstanceOf(PermissionDeniedDataAccessException.class)
                    .hasMessageNotContaining("cb1");
        }
        assertThatThrownBy(() -> secrets.insert(new Secret("b1", "ann", "z", 1)))
                .isInstanceOf(PermissionDeniedDataAccessException.class);
        assertThatThrownBy(() ->
                        secrets.saveAll(List.of(new Secret("ok", "ann", "ok", 1), new Secret("no", "bob", "no", 1))))
                .isInstanceOf(PermissionDeniedDataAccessException.class);
        assertThat(secrets.findAll()).extracting(Secret::id).containsExactly("a1", "a2");
        secrets.save(new Secret("a1", "ann", "ca1", 7));
        assertThat(secrets.save(new Secret(null, "ann", "made", 1)).id()).isNotNull();
    }

    @Test
    void deniedWrite_inTransaction_isTakenBack() {
        new TransactionTemplate(new FlowDbTransactionManager(database.db())).executeWithoutResult(status -> {
            secrets.save(new Secret("a3", "ann", "ca3", 3));
            assertThatThrownBy(() -> secrets.save(new Secret("x", "bob", "cx", 1)))
                    .isInstanceOf(PermissionDeniedDataAccessException.class);
        });
        assertThat(template.bypassingRowPolicies("check").count(FlowDbQuery.all(), Secret.class))
                .isEqualTo(5);
    }

    @Test
    void store_withPolicyForOneAction_deniesTheOthers() {
        template.setRowPolicies(List.of(new RowPolicy<Sealed>() {
            @Override
            public Class<Sealed> type() {
                return Sealed.class;
            }

            @Override
            public Set<RowAction> actions() {
                return Set.of(RowAction.READ, RowAction.INSERT);
            }

            @Override
            public Filter using(Conditions<Sealed> rows) {
                return rows.all();
            }
        }));
        Sealed stored = template.insert(new Sealed("s", "ann", null));
        assertThat(template.findById("s", Sealed.class)).isEqualTo(stored);
        assertThatThrownBy(() -> template.save(stored)).isInstanceOf(PermissionDeniedDataAccessException.class);
        assertThat(template.deleteById("s", Sealed.class)).isFalse();
        assertThatThrownBy(() -> template.delete(stored)).isInstanceOf(OptimisticLockingFailureException.class);
        assertThat(template.delete(FlowDbQuery.all(), Sealed.class)).isZero();
    }

    /**
     * An example that may match in any property, and has one, was a disjunction of one condition: served by an index,
     * it was taken for the whole query, and the policy was left out.
     */
    @Test
    void example_ofOnePropertyThatMayMatch_showsOwnRowsOnly() {
        ExampleMatcher any = ExampleMatcher.matchingAny().withIgnorePaths("level");
        Example<Secret> foreign = Example.of(new Secret(null, null, "cb1", 0), any);
        assertThat(secrets.findAll(foreign)).isEmpty();
        assertThat(secrets.count(foreign)).isZero();
        assertThat(secrets.exists(foreign)).isFalse();
        Example<Secret> own = Example.of(new Secret(null, null, "ca1", 0), any);
        assertThat(secrets.findAll(own)).extracting(Secret::id).containsExactly("a1");
    }

    /** Rows with ids that are numbers were not found by several ids. */
    @Test
    void findAllById_numbers_givesOwnRowsInTheOrderAsked() {
        try (TestDatabase other = TestDatabase.with(Numbered.class)) {
            FlowDbTemplate numbered = other.template();
            numbered.insertAll(List.of(
                    new Numbered(1L, "ann", "one"),
                    new Numbered(2L, "bob", "two"),
                    new Numbered(1L << 40, "ann", "far")));
            numbered.setRowPolicies(List.of(ownRowsOnly(Numbered.class, USER)));
            assertThat(numbered.findAllById(List.of(1L << 40, 2L, 1L, 9L), Numbered.class))
                    .extracting(Numbered::code)
                    .containsExactly("far", "one");
            numbered.save(new Numbered(1L, "ann", "one"));
            assertThatThrownBy(() -> numbered.save(new Numbered(1L, "ann", "two")))
                    .isInstanceOf(PermissionDeniedDataAccessException.class);
        }
    }

    @ObjectStore
    record Numbered(
            @Id Long id,
            String owner,
            @Indexed(unique = true) String code) {}

    record Part(@Indexed(unique = true) String code) {}

    @ObjectStore
    record Whole(@Id String id, String owner, List<Part> parts, Part main) {}

    /**
     * An index was made for a property of elements, which no path reaches; a guarded save ended in a
     * NumberFormatException.
     */
    @Test
    void indexed_inElementsOfACollection_makesNoIndex() {
        try (TestDatabase other = TestDatabase.with(Whole.class)) {
            assertThat(other.db().getStore("whole").indexes())
                    .extracting(IndexSchema::name)
                    .containsExactly("by_main.code");
            other.template().setRowPolicies(List.of(ownRowsOnly(Whole.class, USER)));
            Whole whole = new Whole("w", "ann", List.of(new Part("p"), new Part("p")), new Part("m"));
            assertThat(other.template().save(whole)).isEqualTo(whole);
            assertThat(other.template().findById("w", Whole.class)).isEqualTo(whole);
        }
    }
}
