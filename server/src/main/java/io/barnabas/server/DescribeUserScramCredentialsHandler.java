package io.barnabas.server;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.DescribeUserScramCredentialsRequest;
import io.barnabas.protocol.message.DescribeUserScramCredentialsResponse;
import io.barnabas.protocol.message.DescribeUserScramCredentialsResponse.CredentialInfo;
import io.barnabas.protocol.message.DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** Tells which users have SCRAM credentials, of which mechanisms, without any secret. */
final class DescribeUserScramCredentialsHandler implements RequestHandler<DescribeUserScramCredentialsRequest> {
    private final MetadataCache metadata;

    DescribeUserScramCredentialsHandler(MetadataCache metadata) {
        this.metadata = metadata;
    }

    @Override
    public void handle(RequestContext context, DescribeUserScramCredentialsRequest request) {
        var credentials = byUser(metadata.image());
        var asked = new LinkedHashSet<String>();
        var askedTwice = new HashSet<String>();
        if (request.users() == null || request.users().isEmpty()) asked.addAll(credentials.keySet());
        else for (var user : request.users()) if (!asked.add(user.name())) askedTwice.add(user.name());

        var response = new DescribeUserScramCredentialsResponse();
        for (var user : asked) response.results().add(describe(user, credentials.get(user), askedTwice));
        context.answer(response);
    }

    private static TreeMap<String, List<CredentialInfo>> byUser(ClusterImage image) {
        var users = new TreeMap<String, List<CredentialInfo>>();
        for (var entry : image.scramCredentials().entrySet()) {
            users.computeIfAbsent(entry.getKey().user(), user -> new ArrayList<>()).add(new CredentialInfo()
                    .setMechanism(entry.getKey().mechanism()).setIterations(entry.getValue().iterations()));
        }
        return users;
    }

    private static DescribeUserScramCredentialsResult describe(String user, List<CredentialInfo> credentials, Set<String> askedTwice) {
        var result = new DescribeUserScramCredentialsResult().setUser(user);
        if (askedTwice.contains(user)) {
            return result.setErrorCode(ErrorCode.DUPLICATE_RESOURCE.code())
                    .setErrorMessage("Cannot describe SCRAM credentials for the same user twice in a single request: " + user);
        }
        if (credentials == null) {
            return result.setErrorCode(ErrorCode.RESOURCE_NOT_FOUND.code())
                    .setErrorMessage("Attempt to describe a user credential that does not exist: " + user);
        }
        return result.setCredentialInfos(credentials);
    }
}
