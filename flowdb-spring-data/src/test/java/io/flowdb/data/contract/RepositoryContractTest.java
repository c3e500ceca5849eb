package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.repository.FlowDbRepository;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.Persistable;
import org.springframework.data.domain.Sort;
import org.springframework.data.mapping.MappingException;

/** The basic methods, for every kind of entity and id. */
class RepositoryContractTest {

    @ObjectStore
    record Note(
            @Id String id,
            String text,
            @Indexed(unique = true) String slug) {}

    @ObjectStore
    record Ticket(@Id Long id, String text) {}

    @ObjectStore
    static class Bean {
        @Id
        private UUID key;

        private String name;

        Bean() {}

        Bean(String name) {
            this.name = name;
        }

        UUID getKey() {
            return key;
        }

        String getName() {
            return name;
        }

        void setName(String name) {
            this.name = name;
        }
    }

    @ObjectStore
    static class Counter {
        @Id
        private int id;

        private String name;
    }

    record PlaceId(String country, int number) {}

    @ObjectStore
    record Place(@Id PlaceId id, String name) {}

    @ObjectStore
    static class Assigned implements Persistable<String> {
        @Id
        private String id;

        @org.springframework.data.annotation.Transient
        private boolean isNew;

        @Override
        public String getId() {
            return id;
        }

        @Override
        public boolean isNew() {
            return isNew;
        }
    }

    record Stranger(@Id String id) {}

    interface Notes extends FlowDbRepository<Note, String> {}

    interface Tickets extends FlowDbRepository<Ticket, Long> {}

    interface Beans extends FlowDbRepository<Bean, UUID> {}

    interface Counters extends FlowDbRepository<Counter, Integer> {}

    interface Places extends FlowDbRepository<Place, PlaceId> {
        List<Place> findByIdCountryOrderByIdNumberDesc(String country);
    }

    interface Strangers extends FlowDbRepository<Stranger, String> {}

    private final TestDatabase database =
            TestDatabase.with(Note.class, Ticket.class, Bean.class, Counter.class, Place.class, Assigned.class);

    @AfterEach
    void close() {
        if (database.db().isOpen()) {
            assertThat(database.db().verifyIndexes("note").isClean()).isTrue();
        }
        database.close();
    }

    @Test
    void save_recordWithoutId_returnsInstanceWithTimeOrderedId() {
        Notes notes = database.repository(Notes.class);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            ids.add(notes.save(new Note(null, "t" + i, null)).id());
        }
        assertThat(ids).doesNotHaveDuplicates().isSorted();
        assertThat(UUID.fromString(ids.get(0)).version()).isEqualTo(7);
        assertThat(notes.findAll()).extracting(Note::id).isEqualTo(ids);
    }

    @Test
    void save_assignedId_insertsThenOverwrites() {
        Notes notes = database.repository(Notes.class);
        notes.save(new Note("n", "one", "s"));
        notes.save(new Note("n", "two", "s"));
        assertThat(notes.findById("n")).contains(new Note("n", "two", "s"));
        assertThat(notes.count()).isEqualTo(1);
    }

    @Test
    void save_takenUniqueValue_isDuplicateAndLeavesNothing() {
        Notes notes = database.repository(Notes.class);
        notes.save(new Note("a", "one", "s"));
        assertThatThrownBy(() -> notes.save(new Note("b", "two", "s")))
                .isInstanceOf(DuplicateKeyException.class)
                .hasMessageContaining("by_slug");
        assertThat(notes.existsById("b")).isFalse();
        notes.deleteById("a");
        notes.save(new Note("b", "two", "s"));
        assertThat(notes.existsById("b")).isTrue();
    }

    @Test
    void insert_takenId_isDuplicate() {
        Notes notes = database.repository(Notes.class);
        notes.insert(new Note("a", "one", null));
        assertThatThrownBy(() -> notes.insert(new Note("a", "two", null))).isInstanceOf(DuplicateKeyException.class);
        assertThatThrownBy(() -> notes.insertAll(List.of(new Note("b", "x", null), new Note("a", "y", null))))
                .isInstanceOf(DuplicateKeyException.class);
        assertThat(notes.findAll()).containsExactly(new Note("a", "one", null));
    }

    @Test
    void save_numericId_isCountedByTheStore() {
        Tickets tickets = database.repository(Tickets.class);
        assertThat(tickets.save(new Ticket(null, "a")).id()).isEqualTo(1);
        assertThat(tickets.save(new Ticket(10L, "b")).id()).isEqualTo(10);
        assertThat(tickets.save(new Ticket(null, "c")).id()).isEqualTo(11);
        assertThat(tickets.saveAll(List.of(new Ticket(null, "d"), new Ticket(null, "e"))))
                .extracting(Ticket::id)
                .containsExactly(12L, 13L);
        assertThat(tickets.findAll()).extracting(Ticket::id).containsExactly(1L, 10L, 11L, 12L, 13L);
        Counter counter = new Counter();
        counter.name = "first";
        assertThat(database.repository(Counters.class).save(counter)).isSameAs(counter);
        assertThat(counter.id).isEqualTo(1);
    }

    @Test
    void save_bean_isGivenItsIdAndChanged() {
        Beans beans = database.repository(Beans.class);
        Bean bean = beans.save(new Bean("one"));
        bean.setName("two");
        beans.save(bean);
        assertThat(beans.findById(bean.getKey())).map(Bean::getName).contains("two");
        assertThat(beans.count()).isEqualTo(1);
    }

    @Test
    void save_failed_leavesBeanAsItWas() {
        Counter counter = new Counter();
        counter.name = "x";
        database.db().close();
        assertThatThrownBy(() -> database.repository(Counters.class).save(counter))
                .isInstanceOf(org.springframework.dao.DataAccessResourceFailureException.class);
        assertThat(counter.id).isZero();
        Bean bean = new Bean("b");
        assertThatThrownBy(() -> database.repository(Beans.class).save(bean))
                .isInstanceOf(org.springframework.dao.DataAccessResourceFailureException.class);
        assertThat(bean.getKey()).isNull();
    }

    @Test
    void compositeId_isKeyAndCanBeQueriedByPart() {
        Places places = database.repository(Places.class);
        for (String country : List.of("FR", "DE")) {
            for (int i = 1; i <= 3; i++) {
                places.save(new Place(new PlaceId(country, i), country + i));
            }
        }
        assertThat(places.findById(new PlaceId("DE", 2))).map(Place::name).contains("DE2");
        assertThat(places.findByIdCountryOrderByIdNumberDesc("FR"))
                .extracting(Place::name)
                .containsExactly("FR3", "FR2", "FR1");
        assertThat(places.findAll()).extracting(Place::name).startsWith("DE1", "DE2", "DE3");
    }

    @Test
    void delete_everyForm_deletes() {
        Notes notes = database.repository(Notes.class);
        for (int i = 0; i < 10; i++) {
            notes.save(new Note("n" + i, "t", "s" + i));
        }
        notes.deleteById("n0");
        notes.deleteById("absent");
        notes.delete(new Note("n1", "other text", null));
        notes.deleteAllById(List.of("n2", "n3", "absent"));
        notes.deleteAll(List.of(new Note("n4", "t", null)));
        assertThat(notes.findAll()).extracting(Note::id).containsExactly("n5", "n6", "n7", "n8", "n9");
        notes.deleteAll();
        assertThat(notes.count()).isZero();
        assertThat(notes.findAll()).isEmpty();
    }

    @Test
    void find_everyForm_findsInOrder() {
        Notes notes = database.repository(Notes.class);
        for (int i = 0; i < 10; i++) {
            notes.save(new Note("n" + i, "t" + (i * 7 % 10), null));
        }
        assertThat(notes.findAllById(List.of("n3", "absent", "n1")))
                .extracting(Note::id)
                .containsExactly("n3", "n1");
        assertThat(notes.findAll(Sort.by("text")))
                .extracting(Note::text)
                .isSorted()
                .hasSize(10);
        assertThat(notes.findAll(Sort.by("text").descending(), Limit.of(2)))
                .extracting(Note::text)
                .containsExactly("t9", "t8");
        assertThat(notes.findAll(Limit.of(3))).extracting(Note::id).containsExactly("n0", "n1", "n2");
        assertThat(notes.findAll(Limit.unlimited())).hasSize(10);
        Page<Note> page = notes.findAll(PageRequest.of(1, 4, Sort.by("id")));
        assertThat(page.getContent()).extracting(Note::id).containsExactly("n4", "n5", "n6", "n7");
        assertThat(page.getTotalElements()).isEqualTo(10);
        assertThat(notes.findAll(Pageable.unpaged(Sort.by("text").descending())))
                .first()
                .extracting(Note::text)
                .isEqualTo("t9");
        assertThat(notes.existsById("n9")).isTrue();
        assertThat(notes.existsById("n10")).isFalse();
        try (Stream<Note> all = notes.stream()) {
            assertThat(all.map(Note::id)).hasSize(10).isSorted();
        }
        assertThat(notes.findById("absent")).isEqualTo(Optional.empty());
    }

    @Test
    void sort_unknownProperty_listsTheProperties() {
        Notes notes = database.repository(Notes.class);
        assertThatThrownBy(() -> notes.findAll(Sort.by("colour")))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("colour")
                .hasMessageContaining("[id, slug, text]");
    }

    @Test
    void save_nulInId_isRefused() {
        assertThatThrownBy(() -> database.repository(Notes.class).save(new Note("a\0b", "t", null)))
                .isInstanceOf(InvalidDataAccessApiUsageException.class);
    }

    @Test
    void repository_ofClassWithoutStore_isRefusedAtOnce() {
        assertThatThrownBy(() -> database.repository(Strangers.class))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("@ObjectStore");
    }

    @Test
    void sort_nullsAndCase_areHonoured() {
        Notes notes = database.repository(Notes.class);
        notes.saveAll(List.of(
                new Note("1", "b", null),
                new Note("2", null, null),
                new Note("3", "A", null),
                new Note("4", "C", null)));
        assertThat(notes.findAll(Sort.by(Sort.Order.asc("text"))))
                .extracting(Note::text)
                .containsExactly(null, "A", "C", "b");
        assertThat(notes.findAll(Sort.by(Sort.Order.asc("text").nullsLast())))
                .extracting(Note::text)
                .containsExactly("A", "C", "b", null);
        assertThat(notes.findAll(Sort.by(Sort.Order.desc("text").nullsFirst().ignoreCase())))
                .extracting(Note::text)
                .containsExactly(null, "C", "b", "A");
    }

    /** The sort took the sharp s for two letters, and so for equal to them, which no filter does. */
    @Test
    void sort_withoutCase_comparesAsFiltersDo() {
        Notes notes = database.repository(Notes.class);
        notes.saveAll(List.of(
                new Note("1", "\u00DF", null), // sharp s
                new Note("2", "SS", null),
                new Note("3", "ss", null),
                new Note("4", "\u0130", null), // capital i with a dot
                new Note("5", "i", null)));
        assertThat(notes.findAll(Sort.by(Sort.Order.asc("text").ignoreCase(), Sort.Order.desc("id"))))
                .extracting(Note::id)
                .containsExactly("5", "4", "3", "2", "1");
    }
}
