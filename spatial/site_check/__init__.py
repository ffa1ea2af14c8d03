"""Site checks: what planned ground touches, by which version; where it would be free. 选址检查"""
