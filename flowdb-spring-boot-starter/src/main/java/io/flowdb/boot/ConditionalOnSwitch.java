package io.flowdb.boot;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches unless a property of {@link FlowDbProperties} is false, in any spelling of false that its binding takes. What
 * is no boolean at all matches, too: the binding reports it, together with every other bad property.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional(ConditionalOnSwitch.NotSwitchedOff.class)
public @interface ConditionalOnSwitch {

    /** Name of the property. */
    String value();

    /** Decides it. */
    final class NotSwitchedOff extends SpringBootCondition {
        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            String property =
                    metadata.getAnnotations().get(ConditionalOnSwitch.class).getString("value");
            return new ConditionOutcome(
                    isOn(property, context),
                    ConditionMessage.forCondition(ConditionalOnSwitch.class).because(property));
        }

        private static boolean isOn(String property, ConditionContext context) {
            try {
                return Binder.get(context.getEnvironment())
                        .bind(property, Boolean.class)
                        .orElse(true);
            } catch (BindException noBoolean) {
                return true;
            }
        }
    }
}
