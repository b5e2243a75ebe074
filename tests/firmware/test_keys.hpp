// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Public test keys: other forms of those in tests/data/signed, and unsupported types.
namespace rproc::test {

/// the point of p256.pem, compressed
inline const std::string kP256Compressed =
    "-----BEGIN PUBLIC KEY-----\n"
    "MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACoygJXLODjXtTgWh9Oi47faudDgu+\n"
    "FdQQ6Y+FU5VP5TM=\n"
    "-----END PUBLIC KEY-----\n";

/// the same with its curve as numbers
inline const std::string kP256ExplicitCurve =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA\n"
    "AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////\n"
    "///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd\n"
    "NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5\n"
    "RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA\n"
    "//////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABKMoCVyzg417U4FofTouO32r\n"
    "nQ4LvhXUEOmPhVOVT+Uz5sQGRzJlg+q3tEon9aIsq0c42U+0ulUZKnDeipYccZA=\n"
    "-----END PUBLIC KEY-----\n";

/// self-signed
inline const std::string kP256Certificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBeDCCAR2gAwIBAgIUBlycwQlXjy37cGSXi6xf4PND8EIwCgYIKoZIzj0EAwIw\n"
    "EDEOMAwGA1UEAwwFYm9hcmQwIBcNMjYxMTIxMTYzODUwWhgPMjEyNjEwMjgxNjM4\n"
    "NTBaMBAxDjAMBgNVBAMMBWJvYXJkMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n"
    "oygJXLODjXtTgWh9Oi47faudDgu+FdQQ6Y+FU5VP5TPmxAZHMmWD6re0Sif1oiyr\n"
    "RzjZT7S6VRkqcN6KlhxxkKNTMFEwHQYDVR0OBBYEFLl2Nob3SuD76BWFYHMLy86M\n"
    "53A6MB8GA1UdIwQYMBaAFLl2Nob3SuD76BWFYHMLy86M53A6MA8GA1UdEwEB/wQF\n"
    "MAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAIQApyNT7D72yW8FhIgAkm6g5GpSUh9h\n"
    "gU6kbQu98rpYAiEAlC4dakUrVOdh6+FeNIv1DVc2npB0ySCp29On29fv6uY=\n"
    "-----END CERTIFICATE-----\n";

/// private, behind a block EC PARAMETERS, as `openssl ecparam -genkey` writes it
inline const std::string kP256WithParameters =
    "-----BEGIN EC PARAMETERS-----\n"
    "BggqhkjOPQMBBw==\n"
    "-----END EC PARAMETERS-----\n"
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIGIxkXCV7/30pqrlPg0uIFG9GI8NMAm4TxZtKTiQ5J6joAoGCCqGSM49\n"
    "AwEHoUQDQgAEoygJXLODjXtTgWh9Oi47faudDgu+FdQQ6Y+FU5VP5TPmxAZHMmWD\n"
    "6re0Sif1oiyrRzjZT7S6VRkqcN6KlhxxkA==\n"
    "-----END EC PRIVATE KEY-----\n";

/// private, encrypted
inline const std::string kP256EncryptedPkcs8 =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhqqtlbcUPupAICA+gw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEE1kSnTZ+nKKxVVBqnO/3UQEgZD6\n"
    "vijpBlRYA6gkRVmDKlqEbYsSJeOHiYLcuq3Ef2csNx8zRHSnetb/I81dzh4Yu3gY\n"
    "/bg0eqDxdjwxpXk4IV2MRIfF5DAQmlvfHMAjdb0wvj7tMcVg90MGyR3SVhSqnr9f\n"
    "fH4lShoonfgq/ZSVGIwU2MFovI8uqOkWgtxvqWGEUQYIsuXqvZijoQM2j6bLfeE=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

/// private, in the legacy PEM encryption
inline const std::string kP256EncryptedSec1 =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "Proc-Type: 4,ENCRYPTED\n"
    "DEK-Info: AES-256-CBC,5D0EB3DBF7CF08C5701B28625B457EA9\n"
    "\n"
    "74wLupZ1I1CV8cU+Zlh0Je2LkZDtKsR7Od4bNK2y37C8LnDpwmOcPUYOBkT53Kga\n"
    "vvL3LRYlDHar/AKPpJtUJ6VYJjLbf3nWAPvXqMJoif9LgoD1I1OF3G121xcfxcgv\n"
    "eZYArHpn3+OsHaD8bxT+tHhJbgJraH7kUhOCQT0800U=\n"
    "-----END EC PRIVATE KEY-----\n";

/// the public half of rsa2048.pem
inline const std::string kRsa2048Pkcs1 =
    "-----BEGIN RSA PUBLIC KEY-----\n"
    "MIIBCgKCAQEA3O+BPd8cmz6oufv/RXdg48kFiPfG3lxGtBRVNGMjf80KhShnjbgC\n"
    "c2ko74EGKApm2zXjCVjtVIV7Y+jYLxUBEwfLSBHtuqyZea4OnuB+lY20kK1PnuMQ\n"
    "tzZIq70oORsq6ep69XAyzPZKpMgQkgG2/UR1gNxtmxTI5nAh5n9ZwaXD5d4GTmzK\n"
    "wbJlqQfOz5N8LJg8wuix9wn4UVMpCmIyQbJ+5XrNKmZJ1N1KVZD7GBVxGVWcEzQZ\n"
    "F/6IN0J/yeCMB+cOO8Dl9Kl1Exanu+PEY/28bicZONqUjW9Xwq5IWQnXIzwjZieU\n"
    "oj75jLrAi+yQsJ8jHdKm5CwLXLVXmRqvCQIDAQAB\n"
    "-----END RSA PUBLIC KEY-----\n";

inline const std::string kRsa1024 =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCBybFIk+H9pVRb9bQvFxk+s2O\n"
    "3EzWSX1RtliLnHjX8qb/WHHumLuc9mhksojUCDfDjmPXKtheFaxCnHKRfjbCxiTL\n"
    "bWAhcBCah9JjoVWXJYtR/VPzcdx+PUQ2C8mPAh1R7c2RTv0N8d9Wm3Ls+E9Hk2Bm\n"
    "f/YkA9GizRgjK+QjMwIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

inline const std::string kRsaPss =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIDALBgkqhkiG9w0BAQoDggEPADCCAQoCggEBAKDrPO32WZjXi/GnhmxEhnRy\n"
    "Vlhe1Ar+ihm4FPHIBjWBsRey1N4fr++nbCeipyJtLacuBtjkWalw3Nh9sgA8x+gA\n"
    "8HD41ewD+u7sSID4/06jdX+WPxPvFsh+j5UsyELi6NSxAGPjrhy+aAtDugyKGjiL\n"
    "8X/9zdup2DICUHxlVaSpFcX6HIeKXxJyyfvI4JY9Imh8SbwtlfFpD4bG+L6WIMUy\n"
    "WScUC5BTbKdej+su1NOl9eKdpSDHZQMC6LuVCHwyskQuVdkToPgXOdcGE0V0fVoP\n"
    "sX96NEA3wQJCFrNDrHhye3yslsv8gi3QiEeKMb398zyX5O7SZk/tM51Kj6U3kh8C\n"
    "AwEAAQ==\n"
    "-----END PUBLIC KEY-----\n";

inline const std::string kP384 =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEpfr1HYLyuYwVMzP73K+UuDkyNBDX0Mu8\n"
    "0oeYX+RMfKKUW4xj3CLBig0MV6sz91AzhtLCArypW72DqGMD3dUUAx33G73N+CjU\n"
    "5F1Nt2eZexBWb0HbOmh1k1Uxvlmo6t1L\n"
    "-----END PUBLIC KEY-----\n";

inline const std::string kEd25519 =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEA4lpCWhnsxbo1Q6vxRXLtuqWhf2ivCmdfKspFrBgB9vM=\n"
    "-----END PUBLIC KEY-----\n";

inline const std::string kEd25519Private =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIERz7keGCvf1l08SvMEd/kiXN1iPOD8l0T/bvAwl27yG\n"
    "-----END PRIVATE KEY-----\n";

/// Of the encrypted ones.
inline constexpr std::string_view kPassphrase = "opensesame";

inline std::vector<std::byte> bytes_of(std::string_view text) {
    std::vector<std::byte> bytes;
    for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
    return bytes;
}

/// The DER inside the last block of a PEM file.
inline std::vector<std::byte> der_of(std::string_view pem) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    pem.remove_prefix(pem.rfind("-----BEGIN"));
    pem.remove_prefix(pem.find('\n'));
    pem = pem.substr(0, pem.find("-----END"));
    std::vector<std::byte> der;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : pem) {
        const auto value = kDigits.find(c);
        if (value == std::string_view::npos) continue;
        bits = bits << 6U | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        der.push_back(static_cast<std::byte>(bits >> count));
    }
    return der;
}

}  // namespace rproc::test
