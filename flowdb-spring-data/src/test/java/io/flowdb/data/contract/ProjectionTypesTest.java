package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.domain.Example;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.repository.query.QueryCreationException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What can be asked for as a projection: what is none was given entities, which failed wherever they were used. */
class ProjectionTypesTest {

    @ObjectStore("birds")
    static class Bird {
        @Id
        String id;

        String name;
    }

    static class Owl extends Bird {}

    static class BarnOwl extends Owl {}

    static class Finch extends Bird {}

    @ObjectStore("eggs")
    static class Egg extends Bird {}

    interface Named {
        String getName();
    }

    record Name(String name) {}

    record Miss(String nope) {}

    record TwoWays(String name) {
        TwoWays(String name, String id) {
            this(name + id);
        }
    }

    abstract static class Nothing {}

    interface Birds extends FlowDbRepository<Bird, String> {
        <T> List<T> findByName(String name, Class<T> type);

        <T> Optional<T> findFirstByNameOrderById(String name, Class<T> type);

        <T> Page<T> findPageByName(String name, Pageable page, Class<T> type);

        @Query("name = ?1")
        <T> Stream<T> named(String name, Class<T> type);

        List<Owl> findOwlsByName(String name);

        <T> List<T> removeByName(String name, Class<T> type);
    }

    private final TestDatabase database =
            TestDatabase.with(Bird.class, Owl.class, BarnOwl.class, Finch.class, Egg.class);
    private final Birds birds = database.repository(Birds.class);

    @BeforeEach
    void store() {
        birds.saveAll(List.of(
                named(new Bird(), "1"),
                named(new Owl(), "2"),
                named(new BarnOwl(), "3"),
                named(new Finch(), "4"),
                named(new Finch(), "5")));
    }

    private static Bird named(Bird bird, String id) {
        bird.id = id;
        bird.name = "max";
        return bird;
    }

    @AfterEach
    void close() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                String.class,
                Integer.class,
                int.class,
                LocalDate.class,
                TimeUnit.class,
                Map.class,
                List.class,
                Iterable.class,
                JsonNode.class,
                ObjectNode.class,
                Name[].class,
                Nothing.class,
                Egg.class
            })
    void type_thatIsNoProjection_isRefusedByName(Class<?> type) {
        Example<Bird> any = Example.of(new Bird());
        assertThatThrownBy(() -> birds.findByName("max", type))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining(type.getTypeName());
        assertThatThrownBy(() -> birds.findFirstByNameOrderById("max", type))
                .isInstanceOf(InvalidDataAccessApiUsageException.class);
        assertThatThrownBy(() -> birds.findPageByName("max", Pageable.ofSize(1), type))
                .isInstanceOf(InvalidDataAccessApiUsageException.class);
        assertThatThrownBy(() -> birds.named("max", type)).isInstanceOf(InvalidDataAccessApiUsageException.class);
        assertThatThrownBy(() -> birds.removeByName("max", type))
                .isInstanceOf(InvalidDataAccessApiUsageException.class);
        assertThatThrownBy(() -> birds.findBy(any, query -> query.as(type).all()))
                .isInstanceOf(InvalidDataAccessApiUsageException.class);
        assertThatThrownBy(() -> database.template().query(Bird.class).as(type))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining(type.getTypeName());
        assertThat(birds.count()).as("nothing deleted").isEqualTo(5);
    }

    @Test
    void type_aboveTheEntity_givesEntities() {
        assertThat(birds.findByName("max", Object.class)).hasSize(5).hasOnlyElementsOfType(Bird.class);
        assertThat(birds.findByName("max", Bird.class)).hasSize(5);
    }

    /** All were given, as if they were of the subclass. */
    @Test
    void type_belowTheEntity_givesThoseOfItsKind() {
        assertThat(birds.findByName("max", Owl.class)).extracting(b -> b.id).containsExactly("2", "3");
        assertThat(birds.findOwlsByName("max")).extracting(b -> b.id).containsExactly("2", "3");
        assertThat(birds.findFirstByNameOrderById("max", Finch.class))
                .get()
                .extracting(b -> b.id)
                .isEqualTo("4");
        assertThat(birds.findPageByName("max", Pageable.ofSize(1), Finch.class).getTotalElements())
                .isEqualTo(2);
        assertThat(database.template()
                        .query(Bird.class)
                        .as(BarnOwl.class)
                        .matching(c -> c.eq("name", "max"))
                        .all())
                .extracting(b -> b.id)
                .containsExactly("3");
        assertThat(birds.removeByName("max", Owl.class)).hasSize(2);
        assertThat(birds.count()).isEqualTo(3);
    }

    @Test
    void type_ofProperties_isMade() {
        assertThat(birds.findByName("max", Named.class))
                .extracting(Named::getName)
                .hasSize(5)
                .containsOnly("max");
        assertThat(birds.findByName("max", Name.class)).hasSize(5).containsOnly(new Name("max"));
    }

    interface Misses extends FlowDbRepository<Bird, String> {
        List<Miss> findByName(String name);
    }

    /** It failed with the first entity that was found. */
    @Test
    void class_withAParameterThatIsNoProperty_isRefusedAtTheStart() {
        assertThatThrownBy(() -> database.repository(Misses.class)).hasStackTraceContaining("no property 'nope'");
        assertThatThrownBy(() -> database.template().query(Bird.class).as(Miss.class))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("no property 'nope'");
    }

    @Test
    void class_withSeveralConstructors_isRefused() {
        assertThatThrownBy(() -> birds.findByName("max", TwoWays.class))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("@PersistenceCreator");
    }

    interface Texts extends FlowDbRepository<Bird, String> {
        List<String> findNameByName(String name);
    }

    interface Numbers extends FlowDbRepository<Bird, String> {
        Optional<Integer> findFirstByName(String name);
    }

    interface Maps extends FlowDbRepository<Bird, String> {
        @Query("name = ?1")
        Stream<Map<String, Object>> find(String name);
    }

    interface Trees extends FlowDbRepository<Bird, String> {
        Page<JsonNode> findByName(String name, Pageable page);
    }

    interface DeletedTexts extends FlowDbRepository<Bird, String> {
        List<String> deleteByName(String name);
    }

    interface Flags extends FlowDbRepository<Bird, String> {
        boolean findByName(String name);
    }

    @ParameterizedTest
    @ValueSource(classes = {Texts.class, Numbers.class, Maps.class, Trees.class, DeletedTexts.class, Flags.class})
    void returnType_thatIsNoProjection_isRefusedAtTheStart(Class<?> repository) {
        assertThatThrownBy(() -> database.repository(repository))
                .isInstanceOf(QueryCreationException.class)
                .hasMessageContaining("cannot be returned as")
                .satisfies(e -> assertThat(e.toString()).contains(repository.getDeclaredMethods()[0].getName()));
    }
}
