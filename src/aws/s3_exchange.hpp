#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "sluice/async/retry.hpp"
#include "sluice/aws/aws_error.hpp"
#include "sluice/aws/s3_client.hpp"
#include "sluice/aws/signing.hpp"

namespace sluice::aws {

/// One attempt at an operation: finds the bucket's place, signs, sends, and makes the corrections
/// that cost no attempt (region, credentials, clock), each at most once an attempt.
class S3Client::Exchange {
 public:
  Exchange(Runtime& runtime, std::shared_ptr<net::HttpClient> http,
           std::shared_ptr<CredentialsProvider> credentials, const S3ClientOptions& options);

  /// The answer if it is a success; else throws what to_error() makes of it. `payload_hash`: see
  /// hash_needed().
  Task<net::HttpResponse> send(const OpContext& context, const S3Request& request,
                               std::string_view payload_hash);
  Task<std::string> presign(OpContext context, S3Request request, Duration expires);

  /// Whether the payload's SHA-256 is signed: over plain HTTP nothing else protects it.
  bool hash_needed() const { return !tls_; }
  Retrier& retrier() { return retrier_; }
  std::string origin() const { return origin_; }

 private:
  /// What is remembered of a bucket.
  struct Home {
    ServiceEndpoint place;
    SigningScope scope;
  };
  /// Corrections already made within one attempt.
  struct Corrections {
    bool region = false, credentials = false, clock = false;
  };

  Home& home_of(const std::string& bucket);
  void move_home(const std::string& bucket, const std::string& region);
  /// The time that requests are signed with now.
  TimePoint signing_time() const { return clock_offset_.apply(runtime_.clock().now()); }
  net::HttpRequest signed_request(const S3Request& request, const Credentials& credentials,
                                  TimePoint now, std::string_view payload_hash);
  Task<ServiceError> refusal_of(net::HttpResponse response);
  Task<bool> correct(const OpContext& context, const S3Request& request,
                     const ServiceError& refusal,
                     const std::shared_ptr<const Credentials>& credentials, Corrections& made);
  Task<bool> follow_region(const OpContext& context, const S3Request& request,
                           const ServiceError& refusal);
  Task<std::string> ask_region(const OpContext& context, const std::string& bucket);

  Runtime& runtime_;
  std::shared_ptr<net::HttpClient> http_;
  std::shared_ptr<CredentialsProvider> credentials_;
  EndpointOptions endpoint_;
  AddressingStyle addressing_;
  bool requester_pays_;
  bool tls_;
  std::string origin_;
  Retrier retrier_;
  Signer signer_;
  ClockOffset clock_offset_;
  std::map<std::string, Home, std::less<>> homes_;
};

}  // namespace sluice::aws
