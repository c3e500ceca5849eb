package io.flowdb.sample.auth;

import io.flowdb.sample.web.ApiException;
import io.flowdb.sample.web.PlainText;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Sign-up, log-in and log-out over HTTP. */
@RestController
@RequestMapping("/api")
final class AuthController {
    private final Accounts accounts;
    private final LogInThrottle throttle;

    AuthController(Accounts accounts, LogInThrottle throttle) {
        this.accounts = accounts;
        this.throttle = throttle;
    }

    @PostMapping("/signup")
    Answer signUp(@Valid @RequestBody NewAccount account) {
        return Answer.of(accounts.signUp(EmailAddress.normalize(account.email()), account.password()));
    }

    @PostMapping("/login")
    Answer logIn(@Valid @RequestBody Credentials credentials, HttpServletRequest request) {
        String email = EmailAddress.normalize(credentials.email());
        String client = request.getRemoteAddr();
        throttle.begin(email, client).ifPresent(wait -> {
            throw ApiException.tooManyAttempts(wait);
        });
        Accounts.LogIn logIn = accounts.logIn(email, credentials.password())
                .orElseThrow(() -> ApiException.unauthorized("The e-mail address or the password is wrong."));
        throttle.succeeded(email, client);
        return Answer.of(logIn);
    }

    @PostMapping("/logout")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void logOut(SignedIn signedIn) {
        accounts.logOut(signedIn);
    }

    /** Body of a sign-up. */
    record NewAccount(
            @NotBlank(message = "must not be blank")
            @Size(max = 254, message = "must have at most 254 characters")
            @Email(message = "must be an e-mail address")
            @PlainText
            String email,

            @NotNull(message = "must not be missing") @PasswordLength
            String password) {
        @Override
        public String toString() {
            return "NewAccount[secret]";
        }
    }

    /** Body of a log-in. It is not told which passwords are possible. */
    record Credentials(
            @NotBlank(message = "must not be blank")
            @Size(max = 254, message = "must have at most 254 characters")
            @PlainText
            String email,

            @NotNull(message = "must not be missing") String password) {
        @Override
        public String toString() {
            return "Credentials[secret]";
        }
    }

    /** Answer to both. */
    record Answer(String userId, String token) {
        static Answer of(Accounts.LogIn logIn) {
            return new Answer(logIn.userId(), logIn.token().value());
        }

        @Override
        public String toString() {
            return "Answer[secret]";
        }
    }
}
