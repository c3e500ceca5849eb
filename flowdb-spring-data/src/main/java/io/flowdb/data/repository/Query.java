package io.flowdb.data.repository;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.data.annotation.QueryAnnotation;

/**
 * A query in FlowDB's predicate language, for what a method name would say badly.
 *
 * <pre>
 * &#64;Query("ownerId = :owner and (status in :open or priority &gt;= ?2) order by priority desc, createdAt")
 * List&lt;Todo&gt; urgent(String owner, int atLeast, Collection&lt;Status&gt; open);
 *
 * query       = predicate [order by order, …]
 * order       = (property | ignorecase(property)) [asc | desc] [nulls first | nulls last]
 * predicate   = or of and of [not] condition, with parentheses; empty matches all
 * condition   = property (= | != | &lt;&gt; | &lt; | &lt;= | &gt; | &gt;=) value
 *             | property [not] (in value | between value and value | between range | like value | contains value
 *                              | starts with value | ends with value | matches value)
 *             | property is [not] (null | empty)          | property exists
 *             | ignorecase(property) …                    text without regard to case
 * value       = :name | ?1 | :#{spel} | ?#{spel} | 'text' | 12.5 | true | false | null | (value, …)
 * property    = name or path of the entity: address.city
 * </pre>
 *
 * <p>Null and negation are those of derived queries. A list of one parameter is what the parameter is: a collection, or
 * a value; null there is a list that is not given, which holds for nothing.
 *
 * <p>Values are bound, never spliced into text. A {@code Sort}, {@code Pageable}, {@code Limit} or
 * {@code ScrollPosition} parameter applies on top, its order after that of the query. Mistakes are found when the
 * application starts.
 */
@Documented
@QueryAnnotation
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
public @interface Query {

    /** The predicate, and optionally {@code order by}. */
    String value() default "";

    /** Whether the method returns how many match. */
    boolean count() default false;

    /** Whether the method returns if any matches. */
    boolean exists() default false;

    /** Whether the method deletes what matches, and returns nothing, the number, or the deleted entities. */
    boolean delete() default false;
}
