package io.flowdb.boot.data;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * {@link Transactional} on FlowDB, also in an application where plain {@code @Transactional} means another store such
 * as JPA. Attributes as there, but for the transaction manager.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@Transactional(transactionManager = FlowDbTransactionAutoConfiguration.TRANSACTION_MANAGER)
public @interface FlowDbTransactional {

    /** How it joins a transaction that exists. */
    @AliasFor(annotation = Transactional.class)
    Propagation propagation() default Propagation.REQUIRED;

    /** DEFAULT and SERIALIZABLE are serializable, REPEATABLE_READ is snapshot isolation; others are refused. */
    @AliasFor(annotation = Transactional.class)
    Isolation isolation() default Isolation.DEFAULT;

    /** Seconds. */
    @AliasFor(annotation = Transactional.class)
    int timeout() default -1;

    /** Seconds, as text or a placeholder such as {@code ${app.timeout}}. */
    @AliasFor(annotation = Transactional.class)
    String timeoutString() default "";

    /** Whether it reads one state of the store and may not write. */
    @AliasFor(annotation = Transactional.class)
    boolean readOnly() default false;

    /** Exceptions that roll back, beside the unchecked ones. */
    @AliasFor(annotation = Transactional.class)
    Class<? extends Throwable>[] rollbackFor() default {};

    /** As {@link #rollbackFor}, by their names. */
    @AliasFor(annotation = Transactional.class)
    String[] rollbackForClassName() default {};

    /** Exceptions that do not roll back. */
    @AliasFor(annotation = Transactional.class)
    Class<? extends Throwable>[] noRollbackFor() default {};

    /** As {@link #noRollbackFor}, by their names. */
    @AliasFor(annotation = Transactional.class)
    String[] noRollbackForClassName() default {};

    /** Words for listeners that tell transactions apart. */
    @AliasFor(annotation = Transactional.class)
    String[] label() default {};
}
