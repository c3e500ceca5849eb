package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.repository.FlowDbRepository;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.data.annotation.TypeAlias;

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
}
