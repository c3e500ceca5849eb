package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.core.Conditions;
import io.flowdb.data.core.FlowDbQuery;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.core.RowPolicy;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.json.Filter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.data.annotation.TypeAlias;
import org.springframework.data.mapping.MappingException;

/** Classes that share a store: a repository of a subclass sees its own kind only. */
class InheritanceTest {

    @ObjectStore("animals")
    static class Animal {
        @Id
        String id;

        String name;
    }

    @TypeAlias("dog")
    static class Dog extends Animal {}

    static class Puppy extends Dog {}

    static class Cat extends Animal {}

    interface Animals extends FlowDbRepository<Animal, String> {
        List<Animal> findByName(String name);
    }

    interface Dogs extends FlowDbRepository<Dog, String> {
        List<Dog> findByName(String name);
    }

    private static <T extends Animal> T named(T animal, String id) {
        animal.id = id;
        animal.name = "rex";
        return animal;
    }

    @Test
    void repository_ofSubclass_seesItsKindOnly() {
        try (TestDatabase database = TestDatabase.with(Animal.class, Dog.class, Puppy.class, Cat.class)) {
            Animals animals = database.repository(Animals.class);
            Dogs dogs = database.repository(Dogs.class);
            animals.saveAll(List.of(
                    named(new Animal(), "a"), named(new Dog(), "d"), named(new Puppy(), "p"), named(new Cat(), "c")));
            assertThat(animals.findByName("rex"))
                    .extracting(a -> a.getClass().getSimpleName())
                    .containsExactly("Animal", "Cat", "Dog", "Puppy");
            assertThat(dogs.findAll()).extracting(d -> d.id).containsExactly("d", "p");
            assertThat(dogs.findByName("rex")).hasSize(2);
            assertThat(dogs.count()).isEqualTo(2);
            assertThat(dogs.findById("c")).isEmpty();
            assertThat(dogs.findById("p")).containsInstanceOf(Puppy.class);
            assertThat(dogs.existsById("a")).isFalse();
            assertThat(dogs.findAllById(List.of("p", "c"))).hasSize(1);
            dogs.deleteById("c");
            dogs.deleteAll();
            assertThat(animals.findAll()).extracting(a -> a.id).containsExactly("a", "c");
        }
    }

    @ObjectStore("shapes")
    sealed interface Shape {
        String getId();
    }

    sealed interface Round extends Shape {}

    record Circle(@Id String id, int radius) implements Round {
        @Override
        public String getId() {
            return id;
        }
    }

    @TypeAlias("square")
    record Square(@Id String id, int side) implements Shape {
        @Override
        public String getId() {
            return id;
        }
    }

    interface Shapes extends FlowDbRepository<Shape, String> {}

    interface Squares extends FlowDbRepository<Square, String> {
        List<Square> findBySideGreaterThan(int side);
    }

    /** Records under an annotated interface had no type in their documents, so each was read as any other of them. */
    @Test
    void repository_ofAnInterface_isThatOfEveryRecordUnderIt() {
        try (TestDatabase database = TestDatabase.with(Circle.class, Square.class)) {
            Squares squares = database.repository(Squares.class);
            Shapes shapes = database.repository(Shapes.class);
            shapes.saveAll(List.of(new Circle("c", 1), new Square("s", 2)));

            assertThat(shapes.findAll()).containsExactly(new Circle("c", 1), new Square("s", 2));
            assertThat(squares.findAll()).containsExactly(new Square("s", 2));
            assertThat(squares.findBySideGreaterThan(-1)).hasSize(1);
            assertThat(squares.findById("c")).isEmpty();
            assertThat(squares.count()).isEqualTo(1);
        }
    }

    @ObjectStore
    interface Note {}

    record Memo(@Id String id) implements Note {}

    record Letter(@Id String id) implements Note {}

    /** The store of an interface without a name was called after each class, so what belongs together lay apart. */
    @Test
    void store_ofAnInterfaceWithoutName_isCalledAfterIt() {
        try (TestDatabase database = TestDatabase.with(Memo.class, Letter.class)) {
            assertThat(database.template().storeOf(Memo.class)).isEqualTo("note");
            assertThat(database.template().storeOf(Letter.class)).isEqualTo("note");
        }
    }

    @ObjectStore("shared")
    record Invoice(@Id String id, @Nullable String customer) {}

    @ObjectStore("shared")
    record Parcel(@Id String id, int weight) {}

    /** Each was read as the other, without a word. */
    @Test
    void store_ofUnrelatedClasses_isRefused() {
        assertThatThrownBy(() -> TestDatabase.with(Invoice.class, Parcel.class))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("'shared'")
                .hasMessageContaining(Invoice.class.getName())
                .hasMessageContaining(Parcel.class.getName());
    }

    /** Classes that the application did not list are met when they are used. */
    @Test
    void store_ofUnrelatedClasses_isRefusedAtFirstUse() {
        try (TestDatabase database = TestDatabase.with(Invoice.class)) {
            FlowDbTemplate template = database.template();
            template.insert(new Invoice("i", "ada"));

            assertThatThrownBy(() -> template.insert(new Parcel("p", 1)))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class)
                    .hasMessageContaining(Invoice.class.getName());
            assertThatThrownBy(() -> template.find(FlowDbQuery.all(), Parcel.class))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class);
            assertThatThrownBy(() -> template.bypassingRowPolicies("test").count(FlowDbQuery.all(), Parcel.class))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class);
            assertThat(template.count(FlowDbQuery.all(), Invoice.class)).isEqualTo(1);
        }
    }

    abstract static class Vehicle {
        @Id
        String id;
    }

    @ObjectStore("vehicles")
    static class Car extends Vehicle {}

    @ObjectStore("vehicles")
    static class Truck extends Vehicle {}

    @Test
    void store_ofClassesWhoseSuperclassHasNone_isRefusedAndNamesIt() {
        assertThatThrownBy(() -> TestDatabase.with(Car.class, Truck.class))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("annotate " + Vehicle.class.getName() + " with @ObjectStore(\"vehicles\")");
    }

    @TypeAlias("dog")
    static class Wolf extends Animal {}

    /** The first that was found was made of the documents of both. */
    @Test
    void aliases_thatAreTheSame_areRefused() {
        assertThatThrownBy(() -> TestDatabase.with(Dog.class, Wolf.class))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("'dog'")
                .hasMessageContaining(Dog.class.getName())
                .hasMessageContaining(Wolf.class.getName());
    }

    @ObjectStore("named")
    static class Named {
        @Id
        String id;

        @com.fasterxml.jackson.annotation.JsonProperty("_class")
        String kind;
    }

    /** The field would be taken for the name of a class. */
    @Test
    void property_thatIsWrittenToTheFieldOfTheType_isRefused() {
        assertThatThrownBy(() -> TestDatabase.with(Named.class))
                .hasStackTraceContaining("'_class'")
                .hasStackTraceContaining("kind");
    }

    private record Permission<T>(Class<T> type) implements RowPolicy<T> {
        @Override
        public Filter using(Conditions<T> rows) {
            return rows.all();
        }
    }

    /** What a policy permitted of one class, it permitted of all that share the store. */
    @Test
    void rowPolicy_ofSubclass_permitsItsKindOnly() {
        try (TestDatabase database = TestDatabase.with(Animal.class, Dog.class, Puppy.class, Cat.class)) {
            FlowDbTemplate template = database.template();
            template.insertAll(List.of(named(new Dog(), "d"), named(new Puppy(), "p"), named(new Cat(), "c")));
            template.setRowPolicies(List.of(new Permission<>(Dog.class)));

            assertThat(template.find(FlowDbQuery.all(), Animal.class))
                    .extracting(a -> a.id)
                    .containsExactly("d", "p");
            assertThat(template.count(FlowDbQuery.all(), Cat.class)).isZero();
            assertThat(template.deleteById("c", Animal.class)).isFalse();
            assertThatThrownBy(() -> template.insert(named(new Cat(), "c2")))
                    .isInstanceOf(PermissionDeniedDataAccessException.class);
            template.insert(named(new Puppy(), "p2"));
        }
    }
}
