package io.flowdb.data.model;

import io.flowdb.data.model.RandomMethod.Form;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Sort;

/** A query method of a random repository and what it means. */
interface MethodMeaning {

    /** Of the method. */
    String name();

    /** The declaration, without a semicolon. */
    String declaration();

    /** What it gives and takes beside the arguments of its conditions. */
    Form form();

    /** The order of the method itself. */
    Sort sort();

    /** How many it gives at most, or -1. */
    int most();

    /** Values for its parameters, in their order, perhaps in groups. */
    List<List<@Nullable Object>> arguments(Random random);

    /** Whether the method finds {@code specimen}. */
    boolean holds(Specimen specimen, List<List<@Nullable Object>> arguments);
}
