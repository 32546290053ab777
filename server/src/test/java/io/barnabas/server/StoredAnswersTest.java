package io.barnabas.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.barnabas.cluster.metadata.Records;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.MetadataRecordType;
import io.barnabas.protocol.message.DescribeClientQuotasRequest;
import io.barnabas.protocol.message.DescribeClientQuotasRequest.ComponentData;
import io.barnabas.protocol.message.DescribeClientQuotasResponse;
import io.barnabas.protocol.message.DescribeUserScramCredentialsRequest;
import io.barnabas.protocol.message.DescribeUserScramCredentialsRequest.UserName;
import io.barnabas.protocol.message.DescribeUserScramCredentialsResponse;
import io.barnabas.protocol.record.ClientQuotaRecord;
import io.barnabas.protocol.record.UserScramCredentialRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a metadata log brings along that nothing here acts on yet is told all the same. */
class StoredAnswersTest {
    private final HandlerRig rig = new HandlerRig(made -> Map.of(
            ApiKey.DESCRIBE_CLIENT_QUOTAS, new DescribeClientQuotasHandler(made.metadata),
            ApiKey.DESCRIBE_USER_SCRAM_CREDENTIALS, new DescribeUserScramCredentialsHandler(made.metadata)));
    private final WireClient client = rig.connect();

    @BeforeEach
    void fill() {
        quota(1, "user", "u");
        quota(2, "user", "u", "client-id", "c");
        quota(3, "user", null);
        quota(4, "ip", "1.2.3.4");
        for (int mechanism = 1; mechanism <= 2; mechanism++) {
            rig.with(Records.of(MetadataRecordType.USER_SCRAM_CREDENTIAL, new UserScramCredentialRecord().setName("alice")
                    .setMechanism((byte) mechanism).setIterations(4096).setSalt(bytes()).setStoredKey(bytes()).setServerKey(bytes())));
        }
        rig.publish(10);
    }

    @AfterEach
    void close() {
        client.close();
        rig.close();
    }

    private static ByteBuffer bytes() {
        return ByteBuffer.wrap(new byte[8]);
    }

    private void quota(double value, String... typesAndNames) {
        var record = new ClientQuotaRecord().setKey("producer_byte_rate").setValue(value);
        for (int i = 0; i < typesAndNames.length; i += 2) {
            record.entity().add(new ClientQuotaRecord.EntityData().setEntityType(typesAndNames[i]).setEntityName(typesAndNames[i + 1]));
        }
        rig.with(Records.of(MetadataRecordType.CLIENT_QUOTA, record));
    }

    private List<Double> quotas(boolean strict, ComponentData... components) {
        var request = new DescribeClientQuotasRequest().setStrict(strict);
        request.components().addAll(List.of(components));
        DescribeClientQuotasResponse response = client.ask(1, request);
        var values = new ArrayList<Double>();
        for (var entry : response.entries()) values.add(entry.values().get(0).value());
        Collections.sort(values);
        return values;
    }

    private static ComponentData component(String type, int matchType, String match) {
        return new ComponentData().setEntityType(type).setMatchType((byte) matchType).setMatch(match);
    }

    @Test
    void aFilterFindsTheQuotasThatMeetEveryPartOfIt() {
        assertEquals(List.of(1.0, 2.0, 3.0, 4.0), quotas(false));
        assertEquals(List.of(1.0, 2.0), quotas(false, component("user", 0, "u")));
        assertEquals(List.of(3.0), quotas(false, component("user", 1, null)));
        assertEquals(List.of(1.0, 2.0, 3.0), quotas(false, component("user", 2, null)));
        assertEquals(List.of(2.0), quotas(false, component("user", 0, "u"), component("client-id", 2, null)));
    }

    @Test
    void aStrictFilterFindsNoQuotaWithAPartBesides() {
        assertEquals(List.of(1.0), quotas(true, component("user", 0, "u")));
        assertEquals(List.of(), quotas(true));
    }

    @Test
    void credentialsAreToldWithoutTheirSecrets() {
        DescribeUserScramCredentialsResponse response = client.ask(0, new DescribeUserScramCredentialsRequest().setUsers(null));
        assertEquals(1, response.results().size());
        assertEquals(2, response.results().get(0).credentialInfos().size());
        assertEquals(4096, response.results().get(0).credentialInfos().get(0).iterations());
    }

    @Test
    void aUserAskedForTwiceIsToldOnce() {
        var request = new DescribeUserScramCredentialsRequest();
        for (var user : List.of("alice", "alice", "bob")) request.users().add(new UserName().setName(user));
        DescribeUserScramCredentialsResponse response = client.ask(0, request);
        assertEquals(List.of(92, 91), response.results().stream().map(result -> (int) result.errorCode()).toList());
    }
}
