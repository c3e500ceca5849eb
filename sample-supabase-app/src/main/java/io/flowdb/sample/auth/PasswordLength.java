package io.flowdb.sample.auth;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** At least 8 characters, at most {@value Passwords#MAX_BYTES} bytes of UTF-8. Null is valid. */
@Documented
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = PasswordLength.Validator.class)
@interface PasswordLength {
    String message() default "must have at least 8 characters and at most 72 bytes";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Decides it. */
    final class Validator implements ConstraintValidator<PasswordLength, String> {
        @Override
        public boolean isValid(@Nullable String password, ConstraintValidatorContext context) {
            if (password == null) {
                return true;
            }
            String hashed = Passwords.normalize(password);
            return hashed.codePointCount(0, hashed.length()) >= 8
                    && hashed.getBytes(StandardCharsets.UTF_8).length <= Passwords.MAX_BYTES;
        }
    }
}
