package io.flowdb.sample.auth;

import io.flowdb.sample.web.ApiException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Finds the {@link SignedIn} user of a request by its header {@code Authorization: Bearer …}. */
@Component
final class SignedInResolver implements HandlerMethodArgumentResolver, WebMvcConfigurer {
    private static final String SCHEME = "Bearer ";

    private final Accounts accounts;

    SignedInResolver(Accounts accounts) {
        this.accounts = accounts;
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(this);
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == SignedIn.class;
    }

    @Override
    public SignedIn resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw ApiException.unauthorized("Log in and send the token in the header \"Authorization: Bearer …\".");
        }
        AccessToken token =
                AccessToken.received(header.substring(SCHEME.length()).strip());
        return accounts.find(token)
                .orElseThrow(() -> ApiException.unauthorized("The token is not valid, or not valid any more."))
                .in(request);
    }
}
