package io.barnabas.benchmarks.micro;

import io.barnabas.base.ByteReader;
import io.barnabas.model.CompressionType;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.ApiMessage;
import io.barnabas.protocol.message.RequestHeader;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Header and body of one request, read from where they lie. */
public class RequestParsing extends Micro {
    @Param({"1", "6"}) public int partitions;
    private ByteBuffer produce;
    private ByteBuffer fetch;

    @Setup
    public void setUp() {
        produce = Samples.frame(Samples.produce(partitions, Samples.batch(1, 100, CompressionType.NONE)));
        fetch = Samples.frame(Samples.fetch(partitions));
    }

    @Benchmark
    public ApiMessage produce() {
        return read(produce);
    }

    @Benchmark
    public ApiMessage fetch() {
        return read(fetch);
    }

    private static ApiMessage read(ByteBuffer frame) {
        var api = ApiKey.of(frame.getShort(0));
        short version = frame.getShort(2);
        var reader = new ByteReader(frame.position(0));
        var header = new RequestHeader();
        header.read(reader, api.requestHeaderVersion(version));
        var request = api.newRequest();
        request.read(reader, version);
        return request;
    }
}
