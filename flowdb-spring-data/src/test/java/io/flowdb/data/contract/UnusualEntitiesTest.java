package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.core.AfterSaveCallback;
import io.flowdb.data.core.BeforeSaveCallback;
import io.flowdb.data.core.FlowDbQuery;
import io.flowdb.data.repository.FlowDbRepository;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.data.annotation.Version;
import org.springframework.data.domain.Example;
import org.springframework.data.domain.ExampleMatcher;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.Persistable;
import org.springframework.data.mapping.callback.EntityCallbacks;
import tools.jackson.databind.json.JsonMapper;

/** Entities with ids, properties and methods that are seldom, but allowed, or have to be refused in time. */
class UnusualEntitiesTest {

    @ObjectStore
    record Article(@Id String id, String text, boolean fresh) implements Persistable<String> {
        @Override
        public String getId() {
            return id;
        }

        @Override
        public boolean isNew() {
            return fresh;
        }
    }

    @ObjectStore
    record Small(@Nullable @Id Short id, String text) {}

    @ObjectStore
    record Big(@Id BigInteger id) {}

    @ObjectStore
    record Part(@Id BigDecimal id) {}

    @ObjectStore
    static class Person {
        @Id
        @Nullable
        String id;

        @Nullable
        String name;

        Map<String, String> attributes = new HashMap<>();

        @Nullable
        Optional<String> nick;

        int count;

        double ratio;
    }

    interface People extends FlowDbRepository<Person, String> {
        List<Person> findByNickStartingWith(String start);

        List<Person> findByNickIgnoreCase(String nick);
    }

    interface PagedDelete extends FlowDbRepository<Person, String> {
        Page<Person> deleteByName(String name, Pageable page);
    }

    @ObjectStore("marks")
    record Mark(@Id String id, char grade) {}

    interface Marks extends FlowDbRepository<Mark, String> {
        List<Mark> findByGrade(String grade);
    }

    @ObjectStore
    static class Counted {
        @Id
        @Nullable
        Long id;

        @Version
        @Nullable
        Long version;
    }

    static class Slot {
        int shelf;
        int place;
    }

    @ObjectStore
    static class Box {
        @Id
        Slot slot = new Slot();

        int weight;
    }

    record Place(String city, int floor) {}

    @ObjectStore
    record Firm(@Id String id, Place place, List<Place> branches, Map<String, String> notes, Object anything) {}

    interface ByPlace extends FlowDbRepository<Firm, String> {
        List<Firm> findByPlace(Place place);
    }

    interface ByBranch extends FlowDbRepository<Firm, String> {
        List<Firm> findByBranchesContaining(Place place);
    }

    interface ByNotes extends FlowDbRepository<Firm, String> {
        List<Firm> findByNotesIn(List<Map<String, String>> notes);
    }

    interface Firms extends FlowDbRepository<Firm, String> {
        List<Firm> findByPlaceCity(String city);

        List<Firm> findByPlaceIsNull();

        List<Firm> findByBranchesIsNotEmpty();

        List<Firm> findByAnything(Object value);
    }

    private final TestDatabase database = TestDatabase.with(
            Article.class,
            Small.class,
            Big.class,
            Part.class,
            Person.class,
            Mark.class,
            Counted.class,
            Firm.class,
            Box.class);

    @AfterEach
    void close() {
        database.close();
    }

    /** It was overwritten. */
    @Test
    void persistable_thatSaysItIsNew_doesNotReplaceWhatIsThere() {
        database.template().save(new Article("a", "one", true));

        assertThatThrownBy(() -> database.template().save(new Article("a", "two", true)))
                .isInstanceOf(DuplicateKeyException.class);
        database.template().save(new Article("b", "one", false));
        database.template().save(new Article("b", "two", false));

        assertThat(database.template().findById("a", Article.class))
                .extracting(Article::text)
                .isEqualTo("one");
        assertThat(database.template().findById("b", Article.class))
                .extracting(Article::text)
                .isEqualTo("two");
    }

    /** It lost its id and its version, although it was stored, and the next save stored it once more. */
    @Test
    void save_callbackFailsAfterTheCommit_keepsWhatTheEntityWasGiven() {
        database.template()
                .setEntityCallbacks(EntityCallbacks.create((AfterSaveCallback<Counted>) (entity, document, store) -> {
                    throw new IllegalStateException("after " + entity.id);
                }));
        Counted first = new Counted();
        Counted second = new Counted();

        assertThatThrownBy(() -> database.template().save(first)).hasMessage("after 1");
        assertThatThrownBy(() -> database.template().saveAll(List.of(second))).hasMessage("after 2");

        assertThat(first.id).isEqualTo(1);
        assertThat(first.version).isEqualTo(1);
        assertThat(second.id).isEqualTo(2);
        assertThat(database.template().count(FlowDbQuery.all(), Counted.class)).isEqualTo(2);
    }

    /** An entity that was refused before it was written had an id and a version nevertheless, and could not be saved. */
    @Test
    void save_refusedBeforeTheWrite_takesIdAndVersionBack() {
        AtomicBoolean refuses = new AtomicBoolean(true);
        database.template().setEntityCallbacks(EntityCallbacks.create((BeforeSaveCallback<Counted>)
                (entity, document, store) -> {
                    if (refuses.get()) {
                        throw new IllegalStateException("not yet");
                    }
                    return entity;
                }));
        Counted counted = new Counted();
        assertThatThrownBy(() -> database.template().save(counted)).hasMessage("not yet");
        assertThat(counted.version).isNull();
        refuses.set(false);
        assertThatThrownBy(() -> database.template().saveAll(Arrays.asList(counted, null)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(counted.version).isNull();

        database.template().save(counted);

        assertThat(counted.version).isEqualTo(1);
        Counted stale = new Counted();
        stale.id = counted.id;
        stale.version = 77L;
        assertThatThrownBy(() -> database.template().saveAll(List.of(counted, counted, stale)))
                .isInstanceOf(OptimisticLockingFailureException.class);
        assertThat(counted.version).isEqualTo(1);
        assertThat(database.template().count(FlowDbQuery.all(), Counted.class)).isEqualTo(1);
    }

    /** The id was compared with itself, and the entity stored a second time. */
    @Test
    void update_ofAnIdThatCanBeChanged_isRefused() {
        Box box = new Box();
        box.slot.shelf = 1;
        database.template().save(box);

        assertThatThrownBy(() -> database.template()
                        .update(Box.class)
                        .apply(found -> {
                            found.slot.place = 2;
                            return found;
                        })
                        .all())
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("cannot change the id");
        assertThat(database.template().count(FlowDbQuery.all(), Box.class)).isEqualTo(1);
        assertThat(database.template().update(Box.class).set("weight", 7).all()).isEqualTo(1);
    }

    /** The first of its characters stood for a text: it matched what it is not, and was lost with the next save. */
    @Test
    void character_ofALongerText_isRefused() {
        Marks marks = database.repository(Marks.class);
        marks.save(new Mark("a", 'A'));
        database.db().put("marks", JsonMapper.shared().readTree("{\"id\":\"b\",\"grade\":\"AB\"}"));

        assertThat(marks.findByGrade("A")).extracting(Mark::id).containsExactly("a");
        assertThatThrownBy(() -> marks.findByGrade("AB"))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("'AB'");
        assertThatThrownBy(() -> marks.findById("b")).hasMessageContaining("grade");
    }

    /** The application started, and each call failed. */
    @Test
    void condition_onAWholeObject_isRefusedAtTheStart() {
        for (Class<?> refused : List.of(ByPlace.class, ByBranch.class, ByNotes.class)) {
            assertThatThrownBy(() -> database.repository(refused)).hasMessageContaining("cannot take the parameter");
        }
        Firms firms = database.repository(Firms.class);
        firms.save(new Firm("a", new Place("Ulm", 3), List.of(new Place("Bonn", 1)), Map.of("k", "v"), 7));

        assertThat(firms.findByPlaceCity("Ulm")).hasSize(1);
        assertThat(firms.findByPlaceIsNull()).isEmpty();
        assertThat(firms.findByBranchesIsNotEmpty()).hasSize(1);
        assertThat(firms.findByAnything(7)).hasSize(1);
    }

    /** The document was committed, and broke every later read. */
    @Test
    void generatedId_thatItsTypeCannotHold_isRefusedBeforeTheCommit() {
        database.template().save(new Small(Short.MAX_VALUE, "x"));

        assertThatThrownBy(() -> database.template().save(new Small(null, "y")))
                .isInstanceOf(DataIntegrityViolationException.class)
                .hasMessageContaining("32768");

        assertThat(database.template().find(FlowDbQuery.all(), Small.class)).hasSize(1);
    }

    /** Those whose 64 lowest bits, or integer part, are 0 were taken for no id. */
    @Test
    void numbersThatAreNotZero_areIds() {
        BigInteger large = BigInteger.ONE.shiftLeft(64);
        database.template().save(new Big(large));
        database.template().save(new Part(new BigDecimal("0.5")));

        assertThat(database.template().findById(large, Big.class)).isNotNull();
        assertThat(database.template().findById(new BigDecimal("0.5"), Part.class))
                .isNotNull();
    }

    @Test
    void example_withAnEmptyMap_isMatchedByTheOthers() {
        People people = database.repository(People.class);
        Person ada = new Person();
        ada.id = "1";
        ada.name = "Ada";
        ada.attributes.put("k", "v");
        Person bob = new Person();
        bob.id = "2";
        bob.name = "Bob";
        people.saveAll(List.of(ada, bob));
        Person probe = new Person();
        probe.name = "Ada";
        ExampleMatcher names = ExampleMatcher.matching().withIgnorePaths("count", "ratio");

        assertThat(people.findAll(Example.of(probe, names)))
                .singleElement()
                .satisfies(p -> assertThat(p.id).isEqualTo("1"));
        assertThat(people.findAll(Example.of(probe, ExampleMatcher.matchingAny().withIgnorePaths("count", "ratio"))))
                .hasSize(1);
        probe.attributes.put("k", "v");
        assertThatThrownBy(() -> people.findAll(Example.of(probe, names)))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("attributes");
    }

    @Test
    void optionalText_isText() {
        People people = database.repository(People.class);
        Person ada = new Person();
        ada.id = "1";
        ada.nick = Optional.of("Lovelace");
        people.save(ada);

        assertThat(people.findByNickStartingWith("Love")).hasSize(1);
        assertThat(people.findByNickIgnoreCase("LOVELACE")).hasSize(1);
        assertThat(people.findByNickStartingWith("lace")).isEmpty();
    }

    /** It deleted, and failed then. */
    @Test
    void pagedDelete_isRefusedAtTheStart() {
        assertThatThrownBy(() -> database.repository(PagedDelete.class))
                .hasStackTraceContaining("not a Page, Slice or Window");
    }

    @Test
    void increments_thatHaveNoResult_areTyped() {
        Person ada = new Person();
        ada.id = "1";
        ada.count = Integer.MAX_VALUE;
        ada.ratio = 1;
        database.template().save(ada);

        assertThatThrownBy(() -> database.template()
                        .update(Person.class)
                        .increment("count", 1)
                        .all())
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("count");
        assertThatThrownBy(() -> database.template()
                        .update(Person.class)
                        .increment("ratio", Double.NaN)
                        .all())
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("ratio");
    }
}
