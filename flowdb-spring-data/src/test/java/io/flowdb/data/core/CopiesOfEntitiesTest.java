package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.data.annotation.Transient;
import org.springframework.data.annotation.Version;

/**
 * Entities some properties of which are final and others not. Setting a final one makes a copy, by the constructor;
 * what that does not take was null in the copy, in what was stored and in what was returned.
 */
class CopiesOfEntitiesTest {

    abstract static class Remarked {
        @Nullable
        String remark;

        private int stars;
    }

    static class Part {
        final String name;

        @Nullable
        String note;

        Part(String name) {
            this.name = name;
        }
    }

    static final class Wheel extends Part {
        final int inches;

        Wheel(String name, int inches) {
            super(name);
            this.inches = inches;
        }
    }

    @ObjectStore("bikes")
    static class Bike extends Remarked {
        @Id
        final @Nullable String id;

        final String name;

        @Nullable
        String note;

        @Nullable
        Part part;

        @Transient
        @Nullable
        String draft;

        Bike(@Nullable String id, String name) {
            this.id = id;
            this.name = name;
        }

        Bike filled() {
            remark = "remark";
            super.stars = 3;
            note = "note";
            part = new Part("part");
            part.note = "nested";
            draft = "draft";
            return this;
        }
    }

    @ObjectStore("bikes")
    static final class Tandem extends Bike {
        final int seats;

        Tandem(@Nullable String id, String name, int seats) {
            super(id, name);
            this.seats = seats;
        }
    }

    @ObjectStore("counted")
    static final class Counted {
        @Id
        final @Nullable Long id;

        @Nullable
        String note;

        Counted(@Nullable Long id) {
            this.id = id;
        }
    }

    @ObjectStore("versioned")
    static final class Versioned {
        @Id
        final String id;

        @Version
        final @Nullable Long version;

        @Nullable
        String note;

        Versioned(String id, @Nullable Long version) {
            this.id = id;
            this.version = version;
        }
    }

    /** The method says what a copy is; it loses the draft on purpose. */
    @ObjectStore("wither")
    static final class Wither {
        @Id
        final @Nullable String id;

        @Nullable
        String note;

        Wither(@Nullable String id) {
            this.id = id;
        }

        Wither withId(String newId) {
            Wither copy = new Wither(newId);
            copy.note = note + " of a copy";
            return copy;
        }
    }

    private final TestDatabase database =
            TestDatabase.with(Bike.class, Tandem.class, Counted.class, Versioned.class, Wither.class);
    private final FlowDbTemplate template = database.template();

    @AfterEach
    void close() {
        database.close();
    }

    private static void assertFilled(Bike bike) {
        assertThat(bike.remark).isEqualTo("remark");
        assertThat(((Remarked) bike).stars).isEqualTo(3);
        assertThat(bike.note).isEqualTo("note");
        assertThat(bike.part).isNotNull();
        assertThat(bike.part.note).isEqualTo("nested");
    }

    private Bike stored(Bike bike) {
        return template.findById(String.valueOf(bike.id), Bike.class);
    }

    @Test
    void save_finalIdThatIsMade_keepsAllElse() {
        Bike saved = template.save(new Bike(null, "a").filled());

        assertThat(saved.id).isNotNull();
        assertFilled(saved);
        assertThat(saved.draft).isEqualTo("draft");
        assertFilled(stored(saved));
    }

    @Test
    void save_finalIdThatIsCounted_keepsAllElse() {
        Counted given = new Counted(null);
        given.note = "note";
        Counted saved = template.save(given);

        assertThat(saved.id).isEqualTo(1);
        assertThat(saved.note).isEqualTo("note");
    }

    @Test
    void save_finalVersion_keepsAllElse() {
        Versioned given = new Versioned("1", null);
        given.note = "note";
        Versioned inserted = template.save(given);
        Versioned updated = template.save(inserted);

        assertThat(updated.version).isEqualTo(2);
        assertThat(updated.note).isEqualTo("note");
        assertThat(template.findById("1", Versioned.class).note).isEqualTo("note");
        assertThatThrownBy(() -> template.save(inserted)).isInstanceOf(OptimisticLockingFailureException.class);
    }

    @Test
    void update_finalProperty_keepsAllElse() {
        template.save(new Bike("1", "a").filled());
        template.update(Bike.class)
                .matching(c -> c.eq("id", "1"))
                .set("name", "b")
                .set("part.name", "other")
                .all();

        Bike stored = template.findById("1", Bike.class);
        assertFilled(stored);
        assertThat(stored.name).isEqualTo("b");
        assertThat(stored.part).extracting(part -> part.name).isEqualTo("other");
    }

    /** Were copied as what they were asked for: a tandem became a bike. */
    @Test
    void update_finalPropertyOfASubclass_keepsItsClass() {
        Tandem tandem = new Tandem("1", "a", 2);
        tandem.filled().part = new Wheel("front", 28);
        tandem.part.note = "nested";
        template.save(tandem);
        template.update(Bike.class).set("name", "b").set("part.name", "rear").all();

        Bike stored = stored(tandem);
        assertFilled(stored);
        assertThat(stored.name).isEqualTo("b");
        assertThat(stored)
                .isInstanceOfSatisfying(Tandem.class, t -> assertThat(t.seats).isEqualTo(2));
        assertThat(stored.part).isInstanceOfSatisfying(Wheel.class, wheel -> {
            assertThat(wheel.name).isEqualTo("rear");
            assertThat(wheel.inches).isEqualTo(28);
        });
    }

    @Test
    void save_witherOfTheClass_decidesWhatACopyIs() {
        Wither given = new Wither(null);
        given.note = "note";

        assertThat(template.save(given).note).isEqualTo("note of a copy");
    }
}
